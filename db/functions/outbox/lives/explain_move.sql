create or replace function wa.explain_move(
  p_life wa.lives,
  p_system_identifier bigint,
  p_timeline_id bigint,
  p_database_oid bigint
)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A standby that is promoted was there while its primary lived, and takes over soon. A restore begins after
  -- the moment to which it leads; a standby that lags on purpose leads to a moment long past.
  c_longest_failover constant interval := interval '15 minutes';
begin
  return case
    when p_system_identifier <> p_life.system_identifier
      then 'the database is in another cluster than before: a dump was restored, or the server was upgraded'
    when p_database_oid <> p_life.database_oid
      then 'the database is a copy, or a restored dump, of another one in this cluster'
    when p_timeline_id <> p_life.timeline_id
      and not exists (
        select
        from wa.server_presence as presence
        where presence.seen_at > pg_postmaster_start_time()
          and presence.seen_at > clock_timestamp() - c_longest_failover
      )
      then 'the server was restored to an earlier moment, or copied, or a standby was promoted late'
  end;
end
$$;

comment on function wa.explain_move is
'Why this database, which is at a place of wa.get_place, is not where a life of it was: it was restored or copied. Null while it is, and after a standby was promoted while the queue was alive.';
