create or replace function wa.answer_messages(p_messages wa.received_message[])
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_opened record;
  v_outcome wa.chat_outcome;
  v_outcomes wa.chat_outcome[] := array[]::wa.chat_outcome[];
  v_events jsonb[] := array[]::jsonb[];
begin
  for v_opened in
    select
      coalesce(survivor, sender) as profile,
      -- No row: the chat has not begun, was reset, or its time ran out.
      coalesce(
        chat, (coalesce(sender.merged_into, sender.user_id), 'home', '{}', null, null)::public.chat_state
      ) as chat,
      (
        message.wa_message_id, message.phone_number_id, message.message_type, message.sent_at,
        message.body, message.reply_id, message.content, false
      )::wa.inbound_message as message,
      command.entry,
      registered.flow_state
    from unnest(p_messages) as message
    inner join public.profiles as sender on sender.user_id = message.user_id
    left join public.profiles as survivor on survivor.user_id = sender.merged_into
    left join public.chat_state as chat
      on chat.user_id = coalesce(sender.merged_into, sender.user_id)
      and (chat.expires_at is null or chat.expires_at > now())
    -- One look each, since a hash table of all of them costs a lone message more than it saves many.
    left join lateral (
      select entry
      from wa.flow_entries as entry
      where entry.kind = case when message.reply_id is null then 'keyword' else 'reply' end
        and entry.value = coalesce(message.reply_id, wa.fold_text(message.body))
        and (entry.scope = 'everywhere' or coalesce(chat.state, 'home') = 'home')
      limit 1
    ) as command on true
    left join lateral (
      select flow_state
      from wa.flow_states as flow_state
      where flow_state.state = coalesce((command.entry).to_state, chat.state, 'home')
      limit 1
    ) as registered on true
    order by message.sent_at, message.sequence
  loop
    v_outcome := wa.advance_chat(
      v_opened.profile, v_opened.chat, v_opened.message, v_opened.entry, v_opened.flow_state
    );

    if v_outcome.user_id is not null then
      v_outcomes := v_outcomes || v_outcome;

      if v_outcome.replies <> '[]' then
        v_events := v_events || jsonb_build_object(
          'event', 'NOTIFY_QUEUE',
          'level', 'info',
          'recipient', wa.mask_recipient(v_outcome.recipient),
          'count', jsonb_array_length(v_outcome.replies)
        );
      end if;
    end if;
  end loop;

  if cardinality(v_outcomes) > 0 then
    perform wa.save_outcomes(v_outcomes);
  end if;
  return to_jsonb(v_events);
end
$$;

comment on function wa.answer_messages is
'Moves chats on, each of another user by one message, in the order of the messages; reads and writes are shared by all. Returns the events to log of the replies that it queued.';
