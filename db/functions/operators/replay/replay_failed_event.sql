create or replace function wa.replay_failed_event(p_wa_message_id text)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event public.wa_events;
  v_answer jsonb;
  v_error text;
  v_hint text;
  v_context text;
begin
  delete from public.wa_events as event
  where event.wa_message_id = p_wa_message_id
    and (event.status = 'failed' or (event.status = 'ignored' and event.payload is not null))
  returning event.* into v_event;

  if v_event.wa_message_id is null then
    return '{}'::jsonb;
  end if;

  begin
    v_answer := wa.dispatch_again(v_event);

    perform wa.emit_event(event.body ->> 'event', event.body - '{event,level}'::text[], event.body ->> 'level')
    from jsonb_array_elements(v_answer -> 'events') as event (body)
    where event.body ->> 'event' = 'NOTIFY_QUEUE';
    return v_answer;
  exception
    when assert_failure or others then
      if wa.is_worth_retrying(sqlstate) then
        raise;
      end if;
      get stacked diagnostics v_hint = pg_exception_hint, v_context = pg_exception_context;
      v_error := wa.describe_error(sqlstate, sqlerrm || wa.tell_step_line(v_context), v_hint);
  end;

  insert into public.wa_events (
    wa_message_id, user_id, phone_number_id, message_type, status, sent_at, error, payload
  )
  values (
    v_event.wa_message_id, v_event.user_id, v_event.phone_number_id, v_event.message_type,
    v_event.status, v_event.sent_at, v_error, v_event.payload
  );
  return jsonb_build_object('failed', 1);
end
$$;

comment on function wa.replay_failed_event is
'Dispatches one kept message again, in a subtransaction of its own, and returns the counts of wa_dispatch. A message that still fails is kept with its new error and time; one that somebody else has replayed meanwhile counts as nothing.';
