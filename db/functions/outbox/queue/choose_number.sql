create or replace function wa.choose_number(p_user_id uuid)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select number.phone_number_id
    from wa.numbers as number
    left join wa.service_windows as written
      on written.user_id = p_user_id and written.phone_number_id = number.phone_number_id
    where number.retired_at is null
    order by written.last_inbound_at desc nulls last, number.added_at, number.phone_number_id
    limit 1
  );
end
$$;

comment on function wa.choose_number is
'The business number that a message is sent from which names none: of those that are not retired the one that its user last wrote to, else the first that was added. Null while no number is known: the notifier''s own.';
