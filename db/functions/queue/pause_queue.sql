create or replace function wa.pause_queue(p_reason text, p_until timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
  update wa.queue_state as state
  set
    paused_until = p_until,
    paused_reason = p_reason
  where state.paused_until is null or state.paused_until < p_until;

  if not found then
    return '[]'::jsonb;
  end if;

  return jsonb_build_array(
    jsonb_build_object('event', 'NOTIFY_QUEUE_PAUSED', 'level', 'error', 'reason', p_reason, 'until', p_until)
  );
end
$$;

comment on function wa.pause_queue(text, timestamptz) is
'Stops claiming until then, unless it is already stopped for longer. Returns the event; raising the alert is the caller''s part.';

revoke all on function wa.pause_queue(text, timestamptz) from public;
grant execute on function wa.pause_queue(text, timestamptz) to wa_runtime;
