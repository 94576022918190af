create or replace function wa.advance_chats(p_messages wa.message[])
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_found record;
  v_entry wa.flow_entries;
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
      consent.action as consent,
      coalesce(tapped.reply, begun.prefix, worded.keyword, opened.link) as entry
    from unnest(p_messages) as message
    inner join public.profiles as sender on sender.user_id = message.user_id
    left join public.profiles as survivor on survivor.user_id = sender.merged_into
    -- No row: the chat has not begun, was reset, or its time ran out.
    left join public.chat_state as place
      on place.user_id = coalesce(sender.merged_into, sender.user_id)
      and (place.expires_at is null or place.expires_at > now())
    -- One look each, since a hash table of all of them costs a lone message more than it saves many.
    left join lateral (
      select reply
      from wa.flow_entries as reply
      where reply.kind = 'reply'
        and reply.value = message.reply_id
        and (reply.scope = 'everywhere' or coalesce(place.state, 'home') = 'home')
    ) as tapped on true
    left join lateral (
      select prefix
      from wa.flow_entries as prefix
      where (tapped.reply).kind is null
        and prefix.kind = 'reply_prefix'
        and starts_with(message.reply_id, prefix.value)
        and (prefix.scope = 'everywhere' or coalesce(place.state, 'home') = 'home')
      order by length(prefix.value) desc, prefix.value
      limit 1
    ) as begun on true
    -- An id leads where it says. Where there is none of ours, what was typed or is shown does: once, for three looks.
    cross join lateral (
      select
        is_by_word,
        case when is_by_word then wa.fold_text(message.body) end as word
      from (
        select message.reply_id is null
          or (coalesce((tapped.reply).kind, (begun.prefix).kind) is null and not wa.is_id_of_ours(message.reply_id))
          as is_by_word
      ) as tap
      offset 0
    ) as said
    left join wa.consent_words as consent on consent.word = said.word
    left join lateral (
      select keyword
      from wa.flow_entries as keyword
      where keyword.kind = 'keyword'
        and keyword.value = said.word
        and (keyword.scope = 'everywhere' or coalesce(place.state, 'home') = 'home')
    ) as worded on true
    -- A deep link stands anywhere in a text.
    left join lateral (
      select link
      from wa.flow_entries as link
      where message.message_type = 'text'
        and (worded.keyword).kind is null
        and link.kind = 'deep_link'
        and wa.read_link(message.body, link.value) is not null
        and (link.scope = 'everywhere' or coalesce(place.state, 'home') = 'home')
      order by length(link.value) desc, link.value
      limit 1
    ) as opened on true
    order by message.sent_at, message.sequence
  loop
    v_entry := v_found.entry;

    if v_found.consent is not null then
      v_entry := null;
      v_entry.kind := 'keyword';
      v_entry.action := 'enter';
      v_entry.to_state := case v_found.consent when 'stop' then 'unsubscribe' else 'subscribe' end;
    end if;

    v_chat := wa.open_chat(v_found.message, v_found.profile, v_found.place, v_entry);
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
'Moves chats on, each of another user by one message; reads, the steps of one state, and writes are shared by all. A word leads where it says however it was said: typed, under a picture, or shown by a button whose id is none of ours; those of wa.consent_words go before all others. Within a state the order is that of the messages. Returns the events to log of the replies that it queued.';
