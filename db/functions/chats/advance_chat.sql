create or replace function wa.advance_chat(
  p_profile public.profiles,
  p_chat public.chat_state,
  p_message wa.inbound_message,
  p_entry wa.flow_entries,
  p_state wa.flow_states
)
returns wa.chat_outcome
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A chain of states that each lead on at once is a mistake in a flow, not a conversation.
  c_most_moves constant integer := 8;
  v_profile public.profiles := p_profile;
  v_message wa.inbound_message := p_message;
  v_entry wa.flow_entries := p_entry;
  v_state wa.flow_states := p_state;
  v_first_state text;
  v_data jsonb;
  v_result wa.step_result;
  v_replies jsonb := '[]'::jsonb;
  v_moves integer := 0;
begin
  if v_entry.kind is null then
    v_entry := wa.find_entry(p_message, p_chat.state);
  end if;

  if p_profile.opted_out_at is not null and v_entry.to_state is distinct from 'subscribe' then
    return null;
  end if;

  -- No row: the first message, or the first after a reset or a time-out, is greeted whatever it says.
  v_message.is_entry := v_entry.action is not null or p_chat.updated_at is null;
  v_first_state := wa.choose_state(v_entry, p_chat.state);

  if v_state.state is distinct from v_first_state then
    v_state := wa.get_flow_state(v_first_state);
  end if;
  v_data := wa.choose_data(v_entry, p_message, p_chat.data);

  loop
    v_result := wa.run_step(v_state.step_function, v_profile, v_state.state, v_data, v_message);
    v_replies := v_replies || coalesce(v_result.replies, '[]');
    exit when v_result.next_state is null or v_result.next_state = v_state.state;

    v_moves := v_moves + 1;
    perform wa.require_transition(v_state.state, v_result.next_state, v_moves <= c_most_moves);
    v_state := wa.get_flow_state(v_result.next_state);
    v_data := coalesce(v_result.data, '{}');
    v_message.is_entry := true;

    -- The step may have changed the profile, its language for one.
    select profile.* into v_profile
    from public.profiles as profile
    where profile.user_id = p_profile.user_id;
  end loop;

  return (
    p_profile.user_id,
    coalesce(p_profile.whatsapp_e164, p_profile.wa_user_id),
    p_message.phone_number_id,
    p_message.wa_message_id,
    v_state.state,
    coalesce(v_result.data, v_data),
    now() + v_state.expires_after,
    v_replies,
    -- Not now(): the profile is locked, so that the clock orders the replies as the messages took effect.
    clock_timestamp()
  )::wa.chat_outcome;
end
$$;

comment on function wa.advance_chat is
'Moves one chat on by one message: goes to the state that it leads to (p_entry is the command that it is, p_state the state that this or the chat names, as far as these are known), runs its step and the steps of the states it moves to, and returns where the chat then stands with the replies; null when the user wants no messages. Raises WA002 for a move that wa.flow_transitions does not allow.';
