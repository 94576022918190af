create or replace function wa.run_step(p_state text, p_chats wa.chat[], p_moves integer default 0)
returns wa.chat[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state record;
  v_results wa.step_result[];
  v_result wa.step_result;
  v_chat wa.chat;
  v_chats wa.chat[];
begin
  select state.state, state.step_function, state.expires_after, flow.prefix into v_state
  from wa.flow_states as state
  left join wa.flows as flow on flow.flow = state.flow
  where state.state = p_state;

  if not found or to_regproc(format('wa.%I', v_state.step_function)) is null then
    raise exception using
      errcode = 'WA003',
      message = format('the state %s has no step', p_state),
      hint = case
        when v_state.state is null then 'Add the state to wa.flow_states, or correct what leads to it.'
        else format(
          'There is no one function wa.%s: apply its file with wa-webhook migrate, or correct wa.flow_states.',
          v_state.step_function
        )
      end;
  end if;

  -- Parsed and planned each time, so that one call serves all chats. The name comes from wa.flow_states, whose check
  -- admits nothing but step_ and an identifier.
  if cardinality(p_chats) = 1 then
    p_chats[1].prefix := v_state.prefix;
    execute format('select array[wa.%I($1)]', v_state.step_function) into v_results using p_chats[1];
  else
    for v_position in 1..cardinality(p_chats) loop
      p_chats[v_position].prefix := v_state.prefix;
    end loop;

    execute format('select array_agg(wa.%I(chat)) from unnest($1) as chat', v_state.step_function)
      into v_results
      using p_chats;
  end if;

  for v_position in 1..cardinality(p_chats) loop
    v_chat := p_chats[v_position];
    v_result := v_results[v_position];
    v_chat.replies := case
      when (v_chat.message).status = 'unanswered' then '[]'
      else coalesce(v_chat.replies || v_result.replies, v_result.replies, v_chat.replies, '[]')
    end;

    if v_result.next_state is null or p_state in (v_result.next_state, v_state.prefix || '_' || v_result.next_state) then
      v_chat.data := coalesce(v_result.data, v_chat.data);
      v_chat.expires_at := now() + v_state.expires_after;
      -- Not now(): the profile is locked, so that the clock orders the replies as the messages took effect.
      v_chat.answered_at := clock_timestamp();
    else
      v_chat.state := wa.require_transition(p_state, v_state.prefix, v_result.next_state, p_moves + 1);

      if v_chat.state = 'home' then
        v_chat.state := coalesce((v_chat.message).home_state, 'home');
      end if;
      v_chat.data := coalesce(v_result.data, '{}');
      v_chat.is_entered := true;

      -- The step may have changed the profile, its language for one.
      select profile.display_name, profile.locale into v_chat.display_name, v_chat.locale
      from public.profiles as profile
      where profile.user_id = v_chat.user_id;

      v_chat := (wa.run_step(v_chat.state, array[v_chat], p_moves + 1))[1];
    end if;

    v_chats := v_chats || v_chat;
  end loop;
  return v_chats;
end
$$;

comment on function wa.run_step is
'Runs the step of a state for chats that are in it, and for each that moves on the steps of the states it moves to; returns where the chats then stand, with the replies. Raises WA003 where there is no step, and what wa.require_transition raises.';
