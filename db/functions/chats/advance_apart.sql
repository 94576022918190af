create or replace function wa.advance_apart(
  p_messages wa.message[],
  out errors text[],
  out failed_at timestamptz[],
  out events jsonb
)
returns record
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_found record;
  v_chat wa.chat;
  v_chats wa.chat[];
  v_user_ids uuid[];
  v_events jsonb[];
  v_hint text;
  v_context text;
  v_cause text[];
  v_last_cause text[];
  v_last_error text;
begin
  -- Each is looked up by its key, however small its table looks to the planner.
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
    -- One whose place depends on a neighbour, or changes before the step, is a message by itself.
    if (v_found.profile).user_id = any(v_user_ids)
      or num_nonnulls((v_found.profile).merged_into, (v_found.place).handed_over_until) > 0
    then
      return;
    end if;

    -- Nothing: the chat has not begun, was reset, or its time ran out.
    if (v_found.place).expires_at <= now() then
      v_found.place := null;
    end if;

    v_chat := wa.open_chat(
      p_messages[v_found.position],
      v_found.profile,
      v_found.place,
      wa.find_entry(
        p_messages[v_found.position],
        case
          when (v_found.place).state is distinct from p_messages[v_found.position].home_state
            then coalesce((v_found.place).state, 'home')
          else 'home'
        end,
        v_found.consent,
        v_found.keyword
      )
    );
    v_chats := array_append(v_chats, v_chat);
    v_user_ids := array_append(v_user_ids, (v_found.profile).user_id);
  end loop;

  errors := array_fill(null::text, array[cardinality(p_messages)]);
  failed_at := array_fill(null::timestamptz, array[cardinality(p_messages)]);

  for v_position in 1..cardinality(p_messages) loop
    v_chat := v_chats[v_position];
    continue when v_chat.user_id is null;

    begin
      v_chat := (wa.run_step(v_chat.state, array[v_chat]))[1];
      perform wa.save_chats(array[v_chat]);

      if v_chat.replies <> '[]' then
        v_events := v_events || jsonb_build_object(
          'event', 'NOTIFY_QUEUE',
          'level', 'info',
          'recipient', wa.mask_recipient(v_chat.recipient),
          'count', jsonb_array_length(v_chat.replies)
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
          v_last_error := wa.describe_error(sqlstate, sqlerrm || wa.tell_step_line(v_context), v_hint);
        end if;
        errors[v_position] := v_last_error;
        failed_at[v_position] := clock_timestamp();
    end;
  end loop;

  events := coalesce(to_jsonb(v_events), '[]');
end
$$;

comment on function wa.advance_apart is
'Moves chats on by these messages as wa.advance_chats does, each in a subtransaction of its own, though all are looked up together: of each the error, as wa.describe_error tells it, and when it failed; nulls for what did not. Null, and nothing is done, where two are of one user, or one''s profile was merged or its conversation handed over.';
