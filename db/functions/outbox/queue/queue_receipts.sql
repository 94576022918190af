create or replace function wa.queue_receipts(p_chats wa.chat[])
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_receipts constant text := wa.get_setting('read_receipts') #>> '{}';
  v_queued integer;
begin
  insert into public.notifications
    (user_id, recipient, phone_number_id, kind, payload, priority, send_at, next_attempt_at, expires_at)
  select
    chat.user_id,
    chat.recipient,
    chat.phone_number_id,
    'read_receipt',
    jsonb_build_object('status', 'read', 'message_id', (chat.message).wa_message_id)
    || case when shows.typing then '{"typing_indicator": {"type": "text"}}' else '{}' end::jsonb,
    1,
    chat.answered_at,
    chat.answered_at,
    chat.answered_at + case when shows.typing then interval '20 seconds' else interval '1 day' end
  from unnest(p_chats) as chat
  cross join lateral (select v_receipts = 'typing' and chat.replies = '[]') as shows (typing)
  where (chat.message).wa_message_id is not null
    and (chat.message).status is distinct from 'unanswered'
    -- A task's result is nobody's message.
    and (chat.message).message_type is distinct from 'task_result'
    and v_receipts <> 'none';
  get diagnostics v_queued = row_count;
  return v_queued;
end
$$;

comment on function wa.queue_receipts is
'Queues the read receipt of each message answered, if the setting read_receipts says so, and returns how many.';
