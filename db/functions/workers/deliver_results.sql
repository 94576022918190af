create or replace function wa.deliver_results(
  p_results wa.message[],
  out answered integer,
  out late integer,
  out failures jsonb,
  out events jsonb
)
returns record
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_left wa.message[] := p_results;
  v_now wa.message[];
  v_sorted record;
  v_answer record;
  v_failures jsonb[] := array[]::jsonb[];
  v_events jsonb[] := array[]::jsonb[];
  v_late jsonb;
begin
  answered := 0;
  late := 0;

  -- The effect of one may be that nobody waits for the same user's next.
  while cardinality(v_left) > 0 loop
    with placed as (
      select
        result::wa.message as result,
        row_number() over (partition by result.user_id order by result.sent_at, result.sequence) as place
      from unnest(v_left) as result
    )

    select
      array_agg(placed.result) filter (where placed.place = 1),
      coalesce(array_agg(placed.result) filter (where placed.place > 1), '{}')
    into v_now, v_left
    from placed;

    v_sorted := wa.hold_results(v_now);
    if v_sorted.held is not null then
      v_events := v_events || jsonb_build_array(
        jsonb_build_object('event', 'TASK_RESULT_WAITS', 'level', 'info', 'ids', to_jsonb(v_sorted.held))
      );
    end if;
    continue when cardinality(v_sorted.free) = 0;

    v_now := wa.claim_messages(wa.judge_results(v_sorted.free));
    v_answer := wa.answer_messages(v_now);
    answered := answered + v_answer.processed;
    v_failures := array_append(v_failures, v_answer.failures);
    v_events := array_append(array_append(v_events, v_answer.events), v_answer.failures);

    with told as (
      update wa.tasks as task
      set
        reached = case
          when result.status = 'ignored' then 'late'
          when failed.wa_message_id is not null then 'broken'
          else 'answered'
        end
      from unnest(v_now) as result
      left join jsonb_to_recordset(v_answer.failures) as failed (wa_message_id text)
        on failed.wa_message_id = result.wa_message_id
      where task.id = result.sequence
        -- Not only joined: as in wa.apply_results.
        and task.id = any(array(select one.sequence from unnest(v_now) as one))
      returning task.id, task.kind, task.state, task.reached
    )

    select
      coalesce(
        jsonb_agg(
          jsonb_build_object(
            'event', 'TASK_LATE', 'level', 'warning', 'id', told.id, 'kind', told.kind, 'state', told.state
          )
          order by told.id
        ),
        '[]'
      )
    into v_late
    from told
    where told.reached = 'late';

    late := late + jsonb_array_length(v_late);
    v_events := array_append(v_events, v_late);
  end loop;

  failures := wa.join_arrays(v_failures);
  events := wa.join_arrays(v_events);
  if failures <> '[]' then
    perform wa.alert_of_dispatch(failures, 0);
  end if;
end
$$;

comment on function wa.deliver_results is
'Lets results of tasks take effect in their conversations, as wa_dispatch does with messages: recorded once, in order, a failure alone and kept for a replay. Those for which nobody waits are recorded as ignored and told as late; where a person has the conversation they wait. Returns how many had an effect, how many were late, and events: those of failures, and all. The caller holds the profiles'' locks.';
