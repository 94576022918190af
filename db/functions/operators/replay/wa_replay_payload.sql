create or replace function public.wa_replay_payload(id bigint, even_if_moved_on boolean default false)
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
  v_body text;
  v_received_at timestamptz;
  v_answer jsonb;
begin
  select convert_from(kept.body, 'UTF8'), kept.received_at into v_body, v_received_at
  from wa.kept_payloads as kept
  where kept.id = wa_replay_payload.id;

  if v_body is null then
    raise exception using
      errcode = 'WA008',
      message = format('there is no kept payload %s', coalesce(wa_replay_payload.id::text, '(null)')),
      hint = 'List them: select id, received_at, reason, error from wa.kept_payloads.';
  end if;

  if not even_if_moved_on and exists (
    select
    from unnest(wa.know_senders((wa.read_webhook(v_body::jsonb)).messages, null)) as message
    where message.status = 'processed'
      and not exists (select from public.wa_events as event where event.wa_message_id = message.wa_message_id)
      and wa.has_moved_on(message.user_id, message.phone_number_id, message.sent_at, v_received_at)
  ) then
    raise exception using
      errcode = 'WA042',
      message = format('the conversation has moved on since payload %s was kept', wa_replay_payload.id),
      detail = 'A user of it has written since, or was silent for too long: it would be answered out of place.',
      hint = format(
        'Let it go: select public.wa_dismiss_payload(%1$s); or replay it all the same: select public.wa_replay_payload(%1$s, true);',
        wa_replay_payload.id
      );
  end if;

  v_answer := public.wa_dispatch(v_body::jsonb, '{"answer_late": true}');

  update wa.kept_payloads as kept
  set replayed_at = now()
  where kept.id = wa_replay_payload.id
    -- Whoever cannot be told still has just been kept again.
    and not (kept.reason = 'unknown_sender' and (v_answer ->> 'invalid_sender')::integer > 0);

  return v_answer;
end
$$;

alter function public.wa_replay_payload owner to wa_runtime;

comment on function public.wa_replay_payload is
'Dispatches a kept payload again, byte for byte, and returns what wa_dispatch returns; messages in it that had their effect count as duplicates. Raises WA008 when there is none, WA042 when a conversation in it has moved on, unless even_if_moved_on, and what made the payload unreadable when it still is. A message whose sender still cannot be told goes on waiting.';

grant execute on function public.wa_replay_payload to wa_operator_role;
