create or replace function wa.open_chat(
  p_message wa.message,
  p_profile public.profiles,
  p_place public.chat_state,
  p_entry wa.flow_entries
)
returns wa.chat
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_chat wa.chat;
begin
  if p_entry.to_state in ('subscribe', 'unsubscribe') then
    -- Later words about it are known.
    if p_message.sent_at < greatest(p_profile.consent_at, p_profile.opted_out_at) then
      return null;
    end if;

    if p_profile.opted_out_at is not null and p_entry.to_state = 'unsubscribe' then
      p_message.status := 'unanswered';
    end if;
  elsif p_profile.opted_out_at is not null or p_message.status = 'unanswered' then
    return null;
  end if;

  v_chat := (
    p_profile.user_id,
    coalesce(p_profile.whatsapp_e164, p_profile.wa_user_id),
    p_profile.display_name,
    p_profile.locale,
    p_message.phone_number_id,
    case p_entry.action when 'enter' then p_entry.to_state when 'cancel' then 'cancelled' else p_place.state end,
    case when p_entry.action in ('enter', 'cancel') then '{}' else coalesce(p_place.data, '{}') end,
    null,
    -- The first message, or the first after a reset or a time-out, is greeted whatever it says.
    -- What begins a conversation by its kind is the answer to its first question.
    p_entry.kind is distinct from 'message_kind' and (p_entry.action is not null or p_place.updated_at is null),
    p_message,
    null,
    null,
    null
  )::wa.chat;

  -- Branches and not one expression: all of that would be set up for each message.
  if p_entry.kind in ('deep_link', 'reply_prefix') or p_entry.action = 'back' then
    if p_entry.action = 'back' then
      select state.back_to into v_chat.state
      from wa.flow_states as state
      where state.state = coalesce(p_place.state, 'home');
    end if;

    if p_entry.kind = 'deep_link' then
      v_chat.data := jsonb_build_object('link', wa.read_link(p_message.body, p_entry.value));
    elsif p_entry.kind = 'reply_prefix' then
      v_chat.data := jsonb_build_object('target', substr(p_message.reply_id, length(p_entry.value) + 1));
    end if;
  end if;

  if p_message.message_type = 'task_result' then
    v_chat.state := p_message.content #>> '{task_result,to_state}';
    v_chat.is_entered := false;
    v_chat.data := case when v_chat.state = p_place.state then p_place.data else '{}' end;
  elsif coalesce(v_chat.state, 'home') = 'home' then
    v_chat.state := coalesce(p_message.home_state, 'home');
  end if;
  return v_chat;
end
$$;

comment on function wa.open_chat is
'The chat that a message belongs to, in the state that handles it: where its entry point leads (p_entry), or else where the chat stands (p_place). What follows the beginning of a reply id or a deep link''s prefix is remembered as data.target or data.link; a flow that is entered anew remembers nothing, the way back everything. The result of a task goes to the step that wa.judge_results names. Null when the user wants no messages, and for what is left unanswered or what later words about consent have overtaken; words about consent that need no answer count, and are not answered.';
