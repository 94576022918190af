create or replace function wa.get_place(
  out system_identifier bigint,
  out timeline_id bigint,
  out database_oid bigint
)
returns record
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  select
    control.system_identifier,
    -- pg_control_checkpoint() tells the timeline of the last checkpoint, which may be the one before a promotion.
    ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::bigint,
    database.oid::bigint
  into system_identifier, timeline_id, database_oid
  from pg_database as database
  cross join pg_control_system() as control
  where database.datname = current_database();
end
$$;

comment on function wa.get_place is
'Where this database is: what no dump carries and what a restore or a copy changes. Any role may read it.';
