create or replace function wa.apply_results(p_results jsonb, p_most_bytes integer)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_report jsonb;
  v_now constant timestamptz := clock_timestamp();
begin
  with given as materialized (
    select
      result.id,
      case
        when result.outcome = 'done' and octet_length(result.result::text) > p_most_bytes then 'failed'
        else result.outcome
      end as outcome,
      result.result,
      case when octet_length(result.progress::text) <= p_most_bytes then result.progress end as progress,
      result.retry_after_seconds,
      result.answer_seconds,
      case
        when result.outcome = 'done' then format('the result is larger than %s bytes: store it, and return where', p_most_bytes)
        else left(result.error_message, 2000)
      end as error_message,
      case
        when result.outcome = 'done' then 'too_large'
        when exists (select from wa.task_error_classes as known where known.class = result.error_class)
          then result.error_class
        else 'unknown'
      end as error_class
    from jsonb_to_recordset(p_results) as result (
      id bigint,
      outcome text,
      result jsonb,
      progress jsonb,
      error_class text,
      error_message text,
      retry_after_seconds numeric,
      answer_seconds numeric
    )
  ),

  decided as materialized (
    select
      given.*,
      case
        when given.outcome <> 'failed' then given.outcome
        when error_class.is_final
          or task.attempt_count + error_class.is_attempt::integer >= task.max_attempts
          or v_now + delayed.delay >= task.deadline_at
          then 'failed'
        else 'retried'
      end as decision,
      given.outcome = 'failed' and error_class.is_attempt as is_attempt,
      given.outcome = 'failed' and not error_class.is_attempt as is_wait,
      v_now + delayed.delay as again_at,
      v_now + task.lease as alive_until,
      -- A month at most, also where nothing is said.
      least(
        task.deadline_at,
        v_now + make_interval(secs => least(given.answer_seconds, 2592000)::double precision)
      ) as answer_by
    from given
    -- A probe for each, however many rows the planner expects.
    cross join lateral (
      select reported.* from wa.tasks as reported where reported.id = given.id limit 1
    ) as task
    left join wa.task_error_classes as error_class on error_class.class = given.error_class
    cross join lateral (
      values (
        wa.back_off(
          error_class.first_delay_seconds,
          error_class.delay_factor,
          error_class.max_delay_seconds,
          case when error_class.is_attempt then task.attempt_count else task.wait_count end,
          given.retry_after_seconds
        )
      )
    ) as delayed (delay)
  ),

  changed as (
    update wa.tasks as task
    set
      status = case
        when decided.decision = 'running' then 'running'
        when decided.decision = 'accepted' then 'running'
        when decided.decision = 'done' then 'done'
        when decided.decision = 'failed' then 'failed'
        else 'queued'
      end,
      attempt_count = task.attempt_count + decided.is_attempt::integer,
      wait_count = case when decided.is_wait then task.wait_count + 1 else 0 end,
      next_attempt_at = case
        when decided.decision = 'retried' then decided.again_at
        when decided.decision = 'released' then v_now
        else task.next_attempt_at
      end,
      -- Behind what others ask for until then.
      turn_at = case
        when decided.decision = 'retried' then greatest(task.turn_at, decided.again_at)
        when decided.decision = 'accepted' then greatest(task.turn_at, decided.answer_by)
        else task.turn_at
      end,
      locked_until = case
        -- A sign of life that was under way shortens nothing.
        when decided.decision = 'running' then greatest(task.locked_until, decided.alive_until)
        when decided.decision = 'accepted' then decided.answer_by
      end,
      progress = coalesce(decided.progress, task.progress),
      result = case when decided.decision = 'done' then coalesce(decided.result, 'null') end,
      error_class = case when decided.outcome = 'failed' then decided.error_class else task.error_class end,
      error_message = case when decided.outcome = 'failed' then decided.error_message else task.error_message end,
      finished_at = case when decided.decision in ('done', 'failed') then v_now end
    from decided
    where task.id = decided.id
      -- Not only joined: a plan that was made for few tasks would read all.
      and task.id = any(array(select one.id from decided as one))
    returning
      task.id, task.kind, task.attempt_count, task.next_attempt_at, task.error_class, decided.decision
  )

  select jsonb_build_object(
    'done', count(*) filter (where changed.decision = 'done'),
    'failed', count(*) filter (where changed.decision = 'failed'),
    'retried', count(*) filter (where changed.decision = 'retried'),
    'released', count(*) filter (where changed.decision = 'released'),
    'running', count(*) filter (where changed.decision = 'running'),
    'accepted', count(*) filter (where changed.decision = 'accepted'),
    'finished', coalesce(
      jsonb_agg(changed.id) filter (where changed.decision in ('done', 'failed')), '[]'
    ),
    'events', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'event', 'TASK_RETRY',
          'level', 'warning',
          'id', changed.id,
          'kind', changed.kind,
          'attempts', changed.attempt_count,
          'error_class', changed.error_class,
          'next_attempt_at', changed.next_attempt_at
        )
        order by changed.id
      ) filter (where changed.decision = 'retried'),
      '[]'
    )
  ) into v_report
  from changed;
  return v_report;
end
$$;

comment on function wa.apply_results is
'Applies what workers report to tasks that the caller has locked and found to be theirs. A result of more than p_most_bytes fails the task. Returns counts, events of what is tried again, and the ids of what is finished.';
