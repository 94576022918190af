create or replace function wa.queue_replies(p_outcomes wa.chat_outcome[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_receipts constant text := wa.get_setting('read_receipts') #>> '{}';
  v_has_queued boolean;
begin
  insert into public.notifications
    (user_id, recipient, phone_number_id, payload, priority, send_at, next_attempt_at)
  select
    outcome.user_id, outcome.recipient, outcome.phone_number_id, reply.body, 0, outcome.answered_at, outcome.answered_at
  from unnest(p_outcomes) as outcome
  cross join lateral jsonb_array_elements(outcome.replies) with ordinality as reply (body, position)
  order by outcome.answered_at, reply.position;
  v_has_queued := found;

  if v_receipts <> 'none' then
    insert into public.notifications
      (user_id, recipient, phone_number_id, kind, payload, priority, send_at, next_attempt_at, expires_at)
    select
      outcome.user_id,
      outcome.recipient,
      outcome.phone_number_id,
      'read_receipt',
      jsonb_build_object('status', 'read', 'message_id', outcome.wa_message_id)
      || case when shows.typing then '{"typing_indicator": {"type": "text"}}' else '{}' end::jsonb,
      1,
      outcome.answered_at,
      outcome.answered_at,
      outcome.answered_at + case when shows.typing then interval '20 seconds' else interval '1 day' end
    from unnest(p_outcomes) as outcome
    cross join lateral (select v_receipts = 'typing' and outcome.replies = '[]') as shows (typing)
    where outcome.wa_message_id is not null;
    v_has_queued := v_has_queued or found;
  end if;

  if v_has_queued then
    perform wa.wake_notifier();
  end if;

  perform wa.emit_event(
    'NOTIFY_QUEUE',
    jsonb_build_object(
      'recipient', wa.mask_recipient(outcome.recipient),
      'count', jsonb_array_length(outcome.replies)
    )
  )
  from unnest(p_outcomes) as outcome
  where outcome.replies <> '[]';
end
$$;

comment on function wa.queue_replies(wa.chat_outcome[]) is
'Queues what steps answered, in order: arrays of Graph API message bodies without recipient. Also queues the read receipt of each message answered, if the setting read_receipts says so. The caller holds the profiles'' locks.';

revoke all on function wa.queue_replies(wa.chat_outcome[]) from public;
grant execute on function wa.queue_replies(wa.chat_outcome[]) to wa_runtime;
