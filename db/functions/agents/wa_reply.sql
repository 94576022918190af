create or replace function public.wa_reply(
  who text,
  payload jsonb,
  agent text default null,
  phone_number_id text default null,
  dedupe_key text default null
)
returns bigint
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
as $$
#variable_conflict use_column
declare
  v_agent text := wa.name_agent(wa_reply.agent);
  v_now timestamptz;
  v_place public.chat_state;
  v_recipient text;
  v_id bigint;
begin
  perform wa.notice_move();
  v_place := wa.hold_conversation(who, wa_reply.phone_number_id);

  select notification.id into v_id
  from public.notifications as notification
  where notification.dedupe_key = wa_reply.dedupe_key;

  if found then
    return v_id;
  end if;

  if v_place.handed_over_until is null then
    raise exception using
      errcode = 'WA071',
      message = 'the bot has this conversation',
      hint = 'Take it first: select public.wa_handover(<who>, agent => <you>). A message beside the bot''s is sent by public.wa_notify.';
  elsif v_place.handed_over_to <> v_agent then
    perform wa.refuse_agent(v_place);
  end if;

  perform wa.require_deliverable(v_place.user_id, v_place.phone_number_id, wa_reply.payload);
  perform wa.hold_for_person(v_place.user_id, v_place.phone_number_id, v_agent, null);

  update public.chat_state as chat
  set waiting_since = null
  where chat.user_id = v_place.user_id and chat.phone_number_id = v_place.phone_number_id;

  select coalesce(profile.whatsapp_e164, profile.wa_user_id) into v_recipient
  from public.profiles as profile
  where profile.user_id = v_place.user_id;

  -- Not now(): the profile is locked, so that the clock orders messages as they took effect.
  v_now := clock_timestamp();
  insert into public.notifications as notification
    (user_id, recipient, phone_number_id, payload, author, priority, send_at, next_attempt_at, dedupe_key)
  values (
    v_place.user_id, v_recipient, nullif(v_place.phone_number_id, ''), wa_reply.payload, 'colleague/' || v_agent, 0, v_now, v_now,
    wa_reply.dedupe_key
  )
  returning notification.id into v_id;

  perform wa.record_action(v_agent, 'replied', v_place.user_id, v_place.phone_number_id, v_id);
  perform wa.emit_event(
    'NOTIFY_QUEUE',
    jsonb_build_object('id', v_id, 'recipient', wa.mask_recipient(v_recipient), 'agent', v_agent)
  );
  perform wa.wake_notifier();
  return v_id;
end
$$;

alter function public.wa_reply owner to wa_runtime;

comment on function public.wa_reply is
'A colleague answers in a conversation that they have, or that waits for somebody, which takes it: payload is what wa_notify takes, and leaves in order with the bot''s messages. who, agent and phone_number_id are as in wa_handover, whose time begins anew. Returns the notification''s id, or that of the one already queued under dedupe_key. Raises WA070 when somebody else has the conversation, WA071 when the bot does, WA072 when Meta would not deliver it now, WA011 for the payload.';

grant execute on function public.wa_reply to wa_agent_role, wa_operator_role;
