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
    where number.retired_at is null
    order by number.added_at, number.phone_number_id
    limit 1
  );
end
$$;

comment on function wa.choose_number is
'The business number that a message is sent from which names none: the first that was added and is not retired. Null while no number is known: the notifier''s own.';
