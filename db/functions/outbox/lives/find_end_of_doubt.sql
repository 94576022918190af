create or replace function wa.find_end_of_doubt()
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select max(life.last_notification_id)
    from wa.lives as life
    having bool_and(life.left_at is not null)
  );
end
$$;

comment on function wa.find_end_of_doubt is
'The newest message that was there when this database was found to be restored or copied: what the original may have sent ends with it. Null in any other database.';
