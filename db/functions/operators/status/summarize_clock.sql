create or replace function wa.summarize_clock()
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_newest timestamptz;
begin
  select greatest(
    (select max(event.received_at) from public.wa_events as event where event.received_at < 'infinity'),
    (
      select notification.created_at
      from public.notifications as notification
      where notification.created_at < 'infinity'
      order by notification.id desc
      limit 1
    ),
    (select presence.seen_at from wa.server_presence as presence),
    (select retention.last_started_at from wa.retention_state as retention where retention.last_started_at < 'infinity')
  )
  into v_newest;

  return jsonb_build_object(
    'newest_at', v_newest, 'behind_seconds', round(extract(epoch from greatest(v_newest, v_now) - v_now))
  );
end
$$;

comment on function wa.summarize_clock is
'The newest time in the tables, and by how many seconds the server''s clock is behind it: 0, unless it was set back.';
