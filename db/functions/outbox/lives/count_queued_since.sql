create or replace function wa.count_queued_since()
returns bigint
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

  return (
    select count(*)
    from public.notifications as notification
    where notification.id > v_last_id
      and notification.status = 'queued'
  );
end
$$;

comment on function wa.count_queued_since is
'How many messages wait that were queued since this database was found to be restored or copied: nobody else has sent them. Null in any other database.';
