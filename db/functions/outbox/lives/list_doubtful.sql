create or replace function wa.list_doubtful()
returns bigint[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_last_id constant bigint := wa.find_end_of_doubt();
begin
  if v_last_id is null then
    return null;
  end if;

  -- The open ones by the two indexes that have nothing else.
  return array(
    select notification.id
    from public.notifications as notification
    where notification.turn_at is not null
      and notification.id <= v_last_id
    union
    select notification.id
    from public.notifications as notification
    where notification.waiting_for is not null
      and notification.status in ('queued', 'sending')
      and notification.id <= v_last_id
  );
end
$$;

comment on function wa.list_doubtful is
'The open messages of a database that was restored or copied, as far as they were there when it was noticed: the original may have sent them. Null in any other database.';
