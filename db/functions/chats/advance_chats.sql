create or replace function wa.advance_chats(p_messages wa.message[])
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_found record;
  v_chat wa.chat;
  v_opened wa.chat[] := array[]::wa.chat[];
  v_chats wa.chat[] := array[]::wa.chat[];
  v_events jsonb[] := array[]::jsonb[];
begin
  for v_found in
    select
      message,
      coalesce(survivor, sender) as profile,
      place,
      coalesce(command.entry, lead.link) as entry
    from unnest(p_messages) as message
    inner join public.profiles as sender on sender.user_id = message.user_id
    left join public.profiles as survivor on survivor.user_id = sender.merged_into
    -- No row: the chat has not begun, was reset, or its time ran out.
    left join public.chat_state as place
      on place.user_id = coalesce(sender.merged_into, sender.user_id)
      and (place.expires_at is null or place.expires_at > now())
    -- One look each, since a hash table of all of them costs a lone message more than it saves many.
    left join lateral (
      select entry
      from wa.flow_entries as entry
      where entry.kind = case when message.reply_id is null then 'keyword' else 'reply' end
        and entry.value = coalesce(message.reply_id, wa.fold_text(message.body))
        and (entry.scope = 'everywhere' or coalesce(place.state, 'home') = 'home')
      limit 1
    ) as command on true
    -- What is no command of its own can still lead somewhere, by its beginning or by a deep link anywhere in it.
    left join lateral (
      select link
      from wa.flow_entries as link
      where command.entry is null
        and link.kind = case when message.reply_id is null then 'deep_link' else 'reply_prefix' end
        and case
          when message.reply_id is not null then starts_with(message.reply_id, link.value)
          else message.message_type = 'text' and wa.read_link(message.body, link.value) is not null
        end
        and (link.scope = 'everywhere' or coalesce(place.state, 'home') = 'home')
      order by length(link.value) desc, link.value
      limit 1
    ) as lead on true
    order by message.sent_at, message.sequence
  loop
    v_chat := wa.open_chat(v_found.message, v_found.profile, v_found.place, v_found.entry);
    continue when v_chat.user_id is null;
    v_opened := v_opened || v_chat;
  end loop;

  if cardinality(v_opened) = 0 then
    return '[]'::jsonb;
  elsif cardinality(v_opened) = 1 then
    v_chats := wa.run_step(v_opened[1].state, v_opened);
  else
    for v_found in
      select chat.state, array_agg(chat order by (chat.message).sent_at, (chat.message).sequence) as chats
      from unnest(v_opened) as chat
      group by chat.state
      order by min((chat.message).sent_at), chat.state
    loop
      v_chats := v_chats || wa.run_step(v_found.state, v_found.chats);
    end loop;
  end if;

  perform wa.save_chats(v_chats);

  for v_position in 1..cardinality(v_chats) loop
    if v_chats[v_position].replies <> '[]' then
      v_events := v_events || jsonb_build_object(
        'event', 'NOTIFY_QUEUE',
        'level', 'info',
        'recipient', wa.mask_recipient(v_chats[v_position].recipient),
        'count', jsonb_array_length(v_chats[v_position].replies)
      );
    end if;
  end loop;
  return to_jsonb(v_events);
end
$$;

comment on function wa.advance_chats is
'Moves chats on, each of another user by one message; reads, the steps of one state, and writes are shared by all. Within a state the order is that of the messages. Returns the events to log of the replies that it queued.';
