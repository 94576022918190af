create or replace function wa.leave_life(p_because text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  -- Not by the clock, which may be behind that of the original.
  v_newest constant bigint := coalesce((select max(notification.id) from public.notifications as notification), 0);
begin
  update wa.lives as life
  set left_at = v_now, left_because = p_because, last_notification_id = v_newest
  where life.left_at is null;

  if not found then
    return;
  end if;

  -- Also where it is paused already: whoever resumes it has to know both.
  update wa.queue_state as state
  set
    paused_until = 'infinity',
    paused_reason = p_because
      || coalesce('; it was already paused: ' || case when state.paused_until > v_now then state.paused_reason end, '');

  perform wa.raise_alert('database_restored', 'restored', jsonb_build_object('reason', p_because, 'until', 'infinity'));
  perform wa.emit_event('NOTIFY_QUEUE_PAUSED', jsonb_build_object('reason', p_because, 'until', 'infinity'), 'error');
end
$$;

comment on function wa.leave_life is
'Ends the life of this database, since it was restored or copied: its queue is paused until an operator says what is to become of messages that the original may have sent.';
