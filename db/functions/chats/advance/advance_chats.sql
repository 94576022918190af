create or replace function wa.advance_chats(p_messages wa.message[], p_are_apart boolean default false)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_found record;
  v_message wa.message;
  v_place public.chat_state;
  v_heeded record;
  v_is_called_back boolean;
  v_entry wa.flow_entries;
  v_chat wa.chat;
  v_opened wa.chat[];
  v_user_ids uuid[];
  v_chats wa.chat[];
  v_events jsonb[];
  v_queued jsonb;
  v_positions integer[];
  v_failed jsonb[];
  v_hint text;
  v_context text;
  v_cause text[];
  v_last_cause text[];
  v_error text;
begin
  -- Each is looked up by its key, however small its table looks to the planner; unnest keeps their order.
  for v_found in
    select
      said.position,
      (
        select profile from public.profiles as profile where profile.user_id = said.user_id
      ) as profile,
      (
        select chat from public.chat_state as chat
        where chat.user_id = said.user_id and chat.phone_number_id = coalesce(said.phone_number_id, '')
      ) as place,
      (
        select consent.action from wa.consent_words as consent where consent.word = said.word
      ) as consent,
      (
        select keyword from wa.flow_entries as keyword where keyword.kind = 'keyword' and keyword.value = said.word
      ) as keyword
    from (
      select message.ordinality as position, message.user_id, message.phone_number_id, wa.fold_text(message.body) as word
      from unnest(p_messages) with ordinality as message
      -- Folded once, though asked for twice.
      offset 0
    ) as said
  loop
    v_message := p_messages[v_found.position];

    -- One whose place depends on a neighbour, or changes before the step, is a message by itself.
    if p_are_apart then
      if (v_found.profile).user_id = any(v_user_ids)
        or num_nonnulls((v_found.profile).merged_into, (v_found.place).handed_over_until) > 0
      then
        return null;
      end if;
      v_positions := v_positions || v_found.position::integer;
    end if;

    -- A user's next message finds what the one before has made of profile and chat.
    if (v_found.profile).merged_into is not null or (v_found.profile).user_id = any(v_user_ids) then
      if (v_found.profile).merged_into is not null then
        v_found.profile := wa.get_profile(v_message.user_id);
      end if;

      if (v_found.profile).user_id = any(v_user_ids) then
        v_chats := v_chats || wa.run_steps(v_opened);
        v_opened := null;
        v_user_ids := null;
        v_found.profile := wa.get_profile(v_message.user_id);
      end if;

      v_found.place := (
        select chat from public.chat_state as chat
        where chat.user_id = (v_found.profile).user_id
          and chat.phone_number_id = coalesce(v_message.phone_number_id, '')
      );
    end if;

    if num_nonnulls(v_chats, (v_found.place).handed_over_until, (v_found.place).expires_at) > 0 then
      if (v_found.place).handed_over_until is not null then
        v_heeded := wa.heed_handover(v_found.place, v_message);
        v_is_called_back := v_heeded.is_called_back;
        v_events := v_events || v_heeded.event;

        if v_heeded.is_silent then
          v_message.status := 'unanswered';
        end if;
      end if;

      -- Nothing: the chat has not begun, was reset, or its time ran out.
      if (v_found.place).expires_at <= now() then
        v_found.place := null;
      end if;

      for v_earlier in reverse coalesce(cardinality(v_chats), 0)..1 loop
        if v_chats[v_earlier].user_id = (v_found.profile).user_id
          and v_chats[v_earlier].phone_number_id is not distinct from v_message.phone_number_id
        then
          v_place := v_found.place;
          v_place.state := v_chats[v_earlier].state;
          v_place.data := v_chats[v_earlier].data;
          v_place.updated_at := now();
          v_found.place := v_place;
          exit;
        end if;
      end loop;
    end if;

    v_entry := wa.find_entry(
      v_message,
      case
        when (v_found.place).state is distinct from v_message.home_state then coalesce((v_found.place).state, 'home')
        else 'home'
      end,
      v_found.consent,
      v_found.keyword
    );

    if v_is_called_back then
      if v_entry.action is null then
        v_entry.kind := 'keyword';
        v_entry.action := 'enter';
        v_entry.to_state := 'home';
      end if;
      v_is_called_back := false;
    end if;

    v_chat := wa.open_chat(v_message, v_found.profile, v_found.place, v_entry);
    if v_chat.user_id is null then
      v_positions := trim_array(v_positions, 1);
      continue;
    end if;
    v_opened := v_opened || v_chat;
    v_user_ids := v_user_ids || v_chat.user_id;
  end loop;

  if p_are_apart then
    for v_index in 1..coalesce(cardinality(v_opened), 0) loop
      begin
        v_chats := wa.run_step(v_opened[v_index].state, v_opened[v_index:v_index]);
        perform wa.save_chats(v_chats);

        if v_chats[1].replies <> '[]' then
          v_events := v_events || jsonb_build_object(
            'event', 'NOTIFY_QUEUE',
            'level', 'info',
            'recipient', wa.mask_recipient(v_chats[1].recipient),
            'count', jsonb_array_length(v_chats[1].replies)
          );
        end if;
      exception
        when assert_failure or others then
          get stacked diagnostics v_hint = pg_exception_hint, v_context = pg_exception_context;
          v_cause := array[sqlstate, sqlerrm, v_hint, v_context];

          -- What is broken mostly fails in the same way each time.
          if v_cause is distinct from v_last_cause then
            if wa.is_worth_retrying(sqlstate) then
              raise;
            end if;
            v_last_cause := v_cause;
            v_error := wa.describe_error(sqlstate, sqlerrm || wa.tell_step_line(v_context), v_hint);
          end if;
          v_failed := v_failed || jsonb_build_object(
            'position', v_positions[v_index], 'error', v_error, 'failed_at', clock_timestamp()
          );
      end;
    end loop;

    return jsonb_build_object(
      'failed', coalesce(to_jsonb(v_failed), '[]'), 'events', coalesce(to_jsonb(v_events), '[]')
    );
  end if;

  if v_opened is not null then
    v_chats := v_chats || case cardinality(v_opened)
      when 1 then wa.run_step(v_opened[1].state, v_opened)
      else wa.run_steps(v_opened)
    end;
  end if;

  if v_chats is null then
    return coalesce(to_jsonb(v_events), '[]');
  end if;

  perform wa.save_chats(v_chats);

  -- One is told without a query.
  if cardinality(v_chats) = 1 then
    v_chat := v_chats[1];

    if v_chat.replies <> '[]' then
      v_events := v_events || jsonb_build_object(
        'event', 'NOTIFY_QUEUE',
        'level', 'info',
        'recipient', wa.mask_recipient(v_chat.recipient),
        'count', jsonb_array_length(v_chat.replies)
      );
    end if;
  else
    select
      jsonb_agg(
        jsonb_build_object(
          'event', 'NOTIFY_QUEUE',
          'level', 'info',
          'recipient', wa.mask_recipient(chat.recipient),
          'count', jsonb_array_length(chat.replies)
        )
        order by chat.ordinality
      )
    into v_queued
    from unnest(v_chats) with ordinality as chat
    where chat.replies <> '[]';

    if v_events is null then
      return coalesce(v_queued, '[]');
    end if;
  end if;

  return coalesce(to_jsonb(v_events), '[]') || coalesce(v_queued, '[]');
end
$$;

comment on function wa.advance_chats is
'Moves chats on by these messages, oldest first; neighbours of different users share the step of one state, and all share what is written. In a conversation that a person has, only what is said about consent counts. Returns the events to log. With p_are_apart each has a subtransaction of its own, though all are looked up together: then it returns an object of events and failed, which has of each message that failed its position, the error, as wa.describe_error tells it, and failed_at; or null, and nothing is done, where two are of one user, or one''s profile was merged or its conversation handed over.';
