create or replace function wa.pause_queue(p_reason text, p_until timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
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

  -- The reason may quote Meta, the group is what it begins with: error 190, or a person's words.
  perform wa.raise_alert(
    'queue_paused',
    split_part(p_reason, ':', 1),
    jsonb_build_object('reason', wa.mask_numbers(left(p_reason, 500)), 'until', p_until)
  );

  return jsonb_build_array(
    jsonb_build_object('event', 'NOTIFY_QUEUE_PAUSED', 'level', 'error', 'reason', p_reason, 'until', p_until)
  );
end
$$;

comment on function wa.pause_queue is
'Stops claiming until then, unless it is already stopped for longer, and raises the alert. Returns the event.';
