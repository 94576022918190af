create or replace function wa.answer_messages(
  p_messages wa.message[],
  -- Bounds what is done twice when one message of a group fails.
  p_most_together integer default 64,
  out processed integer,
  out failures jsonb,
  out events jsonb
)
returns record
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- What is taken message by message in any case shares what is written of it.
  c_most_failing constant integer := 256;
  v_count constant integer := cardinality(p_messages);
  v_first integer := 1;
  v_is_whole boolean := false;
  v_is_system boolean := false;
  v_group wa.message[];
  v_failures jsonb[];
  v_events jsonb[];
  v_failed wa.message[];
  v_failed_users uuid[];
  v_errors text[];
  v_failed_at timestamptz[];
  v_are_failing boolean;
  v_error text;
  v_hint text;
  v_context text;
  v_heeded record;
  v_again record;
begin
  processed := 0;

  -- Most calls hold one group, which need not be gathered.
  if v_count = 1 then
    v_is_whole := p_messages[1].status = 'processed' and p_messages[1].message_type <> 'system';
  elsif v_count between 2 and p_most_together then
    v_is_whole := not exists (
      select from unnest(p_messages) as message
      where message.status not in ('processed', 'unanswered') or message.message_type = 'system'
    );
  end if;

  if v_is_whole then
    v_group := p_messages;
    v_first := v_count + 1;
  end if;

  -- Nothing comes after the last, and closes the last group.
  for v_position in v_first..v_count + 1 loop
    continue when p_messages[v_position].status not in ('processed', 'unanswered');

    -- A system message can join the profiles of those that come after it.
    if v_group is not null and v_is_whole is not true then
      v_is_whole := v_position > v_count
        or 'system' in (v_group[1].message_type, p_messages[v_position].message_type)
        or cardinality(v_group) = case when v_are_failing then c_most_failing else p_most_together end;
      v_is_system := v_group[1].message_type = 'system';
    end if;

    if v_is_whole then
      -- What a failure says and counts comes before the same user's next message.
      if v_failed is not null then
        if p_most_together > 1 or v_group[1].user_id = any(v_failed_users) then
          v_failures := array_append(v_failures, wa.record_failures(v_failed, v_errors, v_failed_at));
          v_failed := null;
          v_failed_users := null;
          v_errors := null;
          v_failed_at := null;
        end if;
      end if;

      -- Where none of a group could be handled, the next is not tried together first.
      v_error := case when v_are_failing and cardinality(v_group) > 1 then 'apart' end;

      if v_error is null then
        begin
          if v_is_system then
            perform wa.change_identity(v_group[1]);
          else
            -- Most of the time there is none.
            if exists (select from wa.silences) then
              v_heeded := wa.heed_silences(v_group);
              v_group := v_heeded.messages;
              v_events := v_events || v_heeded.events;
            end if;

            v_events := v_events || wa.advance_chats(v_group);
          end if;
        exception
          when assert_failure or others then
            if wa.is_worth_retrying(sqlstate) then
              raise;
            end if;
            get stacked diagnostics v_hint = pg_exception_hint, v_context = pg_exception_context;
            v_error := wa.describe_error(sqlstate, sqlerrm || wa.tell_step_line(v_context), v_hint);
        end;
      end if;

      if v_error is null then
        processed := processed + cardinality(v_group);
      elsif cardinality(v_group) = 1 then
        v_failed := array_append(v_failed, v_group[1]);
        v_failed_users := array_append(v_failed_users, v_group[1].user_id);
        v_errors := array_append(v_errors, v_error);
        v_failed_at := array_append(v_failed_at, clock_timestamp());
      else
        v_again := wa.answer_apart(v_group);
        processed := processed + v_again.processed;
        v_are_failing := v_again.processed = 0;
        v_failures := v_failures || v_again.failures;
        v_events := v_events || v_again.events;
      end if;

      v_group := null;
      v_is_whole := false;
    end if;

    exit when v_position > v_count;
    v_group := v_group || p_messages[v_position];
  end loop;

  if v_failed is not null then
    v_failures := array_append(v_failures, wa.record_failures(v_failed, v_errors, v_failed_at));
  end if;

  failures := case when v_failures is null then '[]' else wa.join_arrays(v_failures) end;
  events := case when cardinality(v_events) > 1 then wa.join_arrays(v_events) else coalesce(v_events[1], '[]') end;
end
$$;

comment on function wa.answer_messages is
'Handles the messages that ask for it, in the order given: an identity change for a system message, which comes alone, a step of the conversation for any other. Neighbours of different users go together, which spares statements; a user''s next message comes in a later group, after the effect of the one before. Each group is one subtransaction, and one that fails is tried again message by message, by wa.answer_apart, so that a failure undoes nothing else. Returns how many were handled, and the events to log: those of messages that failed, which are kept as failed, and the others.';
