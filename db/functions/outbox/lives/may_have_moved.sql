create or replace function wa.may_have_moved()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select
      life.database_oid <> (
        select database.oid::bigint from pg_database as database where database.datname = current_database()
      )
      or not exists (
        select from wa.server_presence as presence
        where presence.only_row and presence.server_started_at = pg_postmaster_start_time()
      )
    from wa.lives as life
    where life.left_at is null
  );
end
$$;

comment on function wa.may_have_moved is
'Whether wa.explain_move is worth asking: no claim was made yet by this server in this database. Null where it has never sent, or waits for a person already. Takes microseconds.';
