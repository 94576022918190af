create or replace function wa.recognize_life()
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A standby that is promoted was there while its primary lived, and takes over soon. A restore begins after
  -- the moment to which it leads; a standby that lags on purpose leads to a moment long past.
  c_longest_failover constant interval := interval '15 minutes';
  v_life wa.lives;
  v_place record;
  v_because text;
begin
  select life.* into v_life
  from wa.lives as life
  where life.left_at is null
  for update;

  if not found then
    -- A database that has never sent has nothing to send twice: a template, a new branch, a schema without data.
    return case when not exists (select from wa.lives) then wa.begin_life() end;
  end if;

  v_place := wa.get_place();
  v_because := case
    when v_place.system_identifier <> v_life.system_identifier
      then 'the database is in another cluster than before: a dump was restored, or the server was upgraded'
    when v_place.database_oid <> v_life.database_oid
      then 'the database is a copy, or a restored dump, of another one in this cluster'
    when v_place.timeline_id <> v_life.timeline_id
      and not exists (
        select
        from wa.server_presence as presence
        where presence.seen_at > pg_postmaster_start_time()
          and presence.seen_at > clock_timestamp() - c_longest_failover
      )
      then 'the server was restored to an earlier moment, or copied, or a standby was promoted late'
  end;

  if v_because is not null then
    perform wa.leave_life(v_because);
    return null;
  end if;

  update wa.lives as life
  set timeline_id = v_place.timeline_id
  where life.token = v_life.token
    and life.timeline_id <> v_place.timeline_id;
  return v_life.token;
end
$$;

comment on function wa.recognize_life is
'The token of the life of this database, begun now if it has never had one; null when it was restored or copied, which pauses its queue. A standby that is promoted while the queue is alive lives on.';
