create or replace function wa.write_temporary_file()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set work_mem = '64kB'
as $$
begin
  -- More than fits into work_mem. On a disk without room this fails as a table that has to grow does.
  perform count(*) from generate_series(1, 5000);
end
$$;

comment on function wa.write_temporary_file is
'Writes some hundred kilobytes to the server''s disk, which are gone when it returns: without a transaction id, on a read-only server too. Raises an error of class 53 when there is no room.';
