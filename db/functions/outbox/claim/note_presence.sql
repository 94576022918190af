create or replace function wa.note_presence()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Whoever claims asks at least once a minute.
  c_absence constant interval := interval '90 seconds';
  c_often_enough constant interval := interval '10 seconds';
  v_now timestamptz := clock_timestamp();
  v_is_known boolean;
  v_is_fresh boolean;
begin
  select
    presence.server_started_at = pg_postmaster_start_time()
    and v_now between presence.seen_at - c_absence and presence.seen_at + c_absence,
    v_now between presence.seen_at - c_often_enough and presence.seen_at + c_often_enough
  into v_is_known, v_is_fresh
  from wa.server_presence as presence
  where presence.only_row;

  if v_is_known and v_is_fresh then
    return;
  end if;

  if v_is_known then
    update wa.server_presence
    set seen_at = v_now
    where server_presence.ctid = any(
      array(
        select presence.ctid
        from wa.server_presence as presence
        where presence.only_row
        for update skip locked
      )
    );
    return;
  end if;

  -- Claims at the same moment wait here, and then see since when.
  insert into wa.server_presence as presence (server_started_at, seen_at, present_since)
  values (pg_postmaster_start_time(), v_now, v_now)
  on conflict (only_row) do update
  set
    present_since = case
      when presence.server_started_at = excluded.server_started_at
        and excluded.seen_at - presence.seen_at between - c_absence and c_absence
        then presence.present_since
      else excluded.present_since
    end,
    server_started_at = excluded.server_started_at,
    seen_at = excluded.seen_at;
end
$$;

comment on function wa.note_presence is
'Notes that the database takes writes at this moment, and that it did not before, if the last claim was on another server or long ago.';
