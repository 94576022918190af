create or replace function wa.dispatch_again(p_event public.wa_events)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message wa.message;
  v_answer record;
begin
  if p_event.message_type <> 'task_result' then
    return public.wa_dispatch(p_event.payload, '{"answer_late": true}');
  end if;

  v_message.wa_message_id := p_event.wa_message_id;
  v_message.phone_number_id := p_event.phone_number_id;
  v_message.message_type := p_event.message_type;
  v_message.opens_window := false;
  v_message.sent_at := p_event.sent_at;
  v_message.content := p_event.payload #> '{entry,0,changes,0,value,messages,0}';
  v_message.sequence := (v_message.content #>> '{task_result,task}')::bigint;
  v_message.user_id := (wa.get_profile(p_event.user_id)).user_id;

  select number.home_state into v_message.home_state
  from wa.numbers as number
  where number.phone_number_id = v_message.phone_number_id;

  perform wa.hold_conversations(array[v_message.user_id]);
  if exists (
    select from public.chat_state as place
    where place.user_id = v_message.user_id
      and place.phone_number_id = coalesce(v_message.phone_number_id, '')
      and place.handed_over_until > now()
  ) then
    raise exception using
      errcode = 'WA073',
      message = 'a person has the conversation that this result of a task is for',
      hint = 'Replay it when the conversation is handed back: docs/operate/handover.md.';
  end if;

  v_answer := wa.deliver_results(array[v_message]);
  return jsonb_build_object(
    'processed', v_answer.answered,
    'failed', jsonb_array_length(v_answer.failures),
    'invalid_sender', 0,
    'ignored', v_answer.late,
    'duplicate', 0,
    'statuses', 0,
    'events', v_answer.events
  );
end
$$;

comment on function wa.dispatch_again is
'Lets a kept failed message take effect, and returns the counts and events of wa_dispatch: a user''s by wa_dispatch itself, the result of a task by the way it came, where one for which nobody waits any longer counts as ignored. The caller has deleted the event.';
