create or replace function public.wa_replay_event(wa_message_id text, even_if_moved_on boolean default false)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
set jit = off
as $$
declare
  v_event public.wa_events;
  v_user_id uuid;
begin
  -- The locks that dispatch will take, in its order: profiles before events.
  select message.user_id into v_user_id
  from public.wa_events as event
  cross join lateral unnest(wa.know_senders((wa.read_webhook(event.payload)).messages, null)) as message
  where event.wa_message_id = wa_replay_event.wa_message_id
    and (event.status = 'failed' or (event.status = 'ignored' and event.payload is not null));

  -- A task's result names no sender.
  perform wa.hold_conversations(array[(wa.get_profile(event.user_id)).user_id])
  from public.wa_events as event
  where event.wa_message_id = wa_replay_event.wa_message_id
    and event.message_type = 'task_result';

  delete from public.wa_events as event
  where event.wa_message_id = wa_replay_event.wa_message_id
    and (event.status = 'failed' or (event.status = 'ignored' and event.payload is not null))
  returning event.* into v_event;

  if v_event.wa_message_id is null then
    raise exception using
      errcode = 'WA007',
      message = format('there is no failed event %s', coalesce(wa_replay_event.wa_message_id, '(null)')),
      hint = 'List them: select wa_message_id, received_at, error from public.wa_events where status = ''failed''.';
  end if;

  if not even_if_moved_on
    and wa.has_moved_on(coalesce(v_event.user_id, v_user_id), v_event.phone_number_id, v_event.sent_at, v_event.received_at)
  then
    raise exception using
      errcode = 'WA042',
      message = format('the conversation has moved on since message %s failed', wa_replay_event.wa_message_id),
      detail = 'Its user has written since, or was silent for too long: it would be answered out of place.',
      hint = format(
        'Let it go: select public.wa_dismiss_event(%1$L); or replay it all the same: select public.wa_replay_event(%1$L, true);',
        wa_replay_event.wa_message_id
      );
  end if;

  return wa.dispatch_again(v_event);
end
$$;

alter function public.wa_replay_event owner to wa_runtime;

comment on function public.wa_replay_event is
'Processes a kept message again, one that failed or came for a number that was not ours, and returns what wa_dispatch returns; it is failed anew when it still cannot be handled. Raises WA007 when no such message is kept, and WA042 when the conversation has moved on, unless even_if_moved_on.';

grant execute on function public.wa_replay_event to wa_operator_role;
