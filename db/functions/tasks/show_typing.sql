create or replace function wa.show_typing(p_chat wa.chat)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
begin
  -- The indicator hangs on a message of the user's, is taken back by the next reply, and lasts for 25 seconds.
  if (p_chat.message).message_type = 'task_result' or (p_chat.message).wa_message_id is null then
    return;
  end if;

  insert into public.notifications
    (user_id, recipient, phone_number_id, kind, payload, priority, send_at, next_attempt_at, expires_at)
  values (
    p_chat.user_id,
    p_chat.recipient,
    p_chat.phone_number_id,
    'read_receipt',
    jsonb_build_object(
      'status', 'read',
      'message_id', (p_chat.message).wa_message_id,
      'typing_indicator', jsonb_build_object('type', 'text')
    ),
    1,
    v_now,
    v_now,
    v_now + interval '20 seconds'
  );
  perform wa.wake_notifier();
end
$$;

comment on function wa.show_typing is
'Marks the message at hand as read and shows its sender that the bot is typing, for 25 seconds or until the next reply. Nothing for a task''s result.';
