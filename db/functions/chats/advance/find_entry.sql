create or replace function wa.find_entry(
  p_message wa.message,
  p_state text,
  p_consent text,
  p_keyword wa.flow_entries
)
returns wa.flow_entries
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry wa.flow_entries;
  v_kind text;
begin
  if p_message.reply_id is not null then
    select reply.* into v_entry
    from wa.flow_entries as reply
    where reply.kind = 'reply'
      and reply.value = p_message.reply_id
      and (reply.scope = 'everywhere' or p_state = 'home');

    if not found then
      select prefix.* into v_entry
      from wa.flow_entries as prefix
      where prefix.kind = 'reply_prefix'
        and starts_with(p_message.reply_id, prefix.value)
        and (prefix.scope = 'everywhere' or p_state = 'home')
      order by length(prefix.value) desc, prefix.value
      limit 1;
    end if;

    -- An id leads where it says. Where there is none of ours, what was typed or is shown does.
    if found or wa.is_id_of_ours(p_message.reply_id) then
      return v_entry;
    end if;
  end if;

  if p_consent is not null then
    v_entry.kind := 'keyword';
    v_entry.action := 'enter';
    v_entry.to_state := case p_consent when 'stop' then 'unsubscribe' else 'subscribe' end;
    return v_entry;
  end if;

  if p_keyword.scope = 'everywhere' or p_state = 'home' then
    v_entry := p_keyword;
  end if;

  -- A deep link stands anywhere in a text. What kind of message it is counts last, and for its own number first.
  if v_entry.kind is null and (p_state = 'home' or p_message.message_type = 'text') then
    v_kind := case
      when p_message.message_type = 'audio' and p_message.content #> '{audio,voice}' = 'true' then 'voice'
      else p_message.message_type
    end;

    select other.* into v_entry
    from wa.flow_entries as other
    where (
        other.kind = 'deep_link'
        and p_message.message_type = 'text'
        and wa.read_link(p_message.body, other.value) is not null
        and (other.scope = 'everywhere' or p_state = 'home')
      )
      or (
        other.kind = 'message_kind'
        and other.value in (v_kind, v_kind || '@' || p_message.phone_number_id)
        and p_state = 'home'
      )
    order by other.kind, length(other.value) desc, other.value
    limit 1;
  end if;
  return v_entry;
end
$$;

comment on function wa.find_entry is
'The entry point that a message names for a chat in this state; a row of nulls when it names none. An id that was tapped leads where it says. A word leads where it says however it was said: typed, under a picture, or shown by a button whose id is none of ours; those of wa.consent_words go before all others. At home what kind of message it is can lead somewhere, where nothing else does. p_consent and p_keyword are the action of wa.consent_words and the keyword that its text, folded, names.';
