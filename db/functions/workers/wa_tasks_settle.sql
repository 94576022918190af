create or replace function public.wa_tasks_settle(results jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
-- For the steps of a team, which may have backslashes in plain strings.
set standard_conforming_strings = on
-- Planning takes longer than running, and no plan depends on the arguments.
set plan_cache_mode = force_generic_plan
-- A plan made while a table was small would read all of it when it has grown.
set enable_seqscan = off
-- Before PostgreSQL 18 the scan that cannot be avoided then looks dear enough to be compiled, in every call.
set jit = off
as $$
declare
  -- What is larger belongs into a store: it would go through the conversation, and be kept for a replay.
  c_most_bytes constant integer := 1048576;
  v_user_ids uuid[];
  v_held jsonb;
  v_lost jsonb;
  v_report jsonb;
  v_has_moved boolean;
  v_finished bigint[];
begin
  if jsonb_typeof(results) is distinct from 'array'
    or exists (
      select from jsonb_array_elements(results) as given
      where jsonb_typeof(given.value) <> 'object'
        or jsonb_typeof(given.value -> 'id') is distinct from 'number'
        or wa.read_uuid(given.value ->> 'lock_token') is null
        or given.value ->> 'outcome' in ('done', 'failed', 'running', 'released', 'accepted') is not true
    )
  then
    raise exception using
      errcode = 'WA052',
      message = 'results must be an array of results, each with id, lock_token and outcome',
      hint = 'outcome is done, failed, running (still at it), accepted (somebody else reports later) or released (not begun, or broken off); see docs/build/tasks.md.';
  end if;

  -- Those whose conversations may hear of it.
  select array_agg(distinct task.user_id order by task.user_id) into v_user_ids
  from jsonb_to_recordset(results) as given (id bigint, lock_token uuid, outcome text)
  -- A probe for each, however many rows the planner expects.
  cross join lateral (
    select claimed.user_id, claimed.status
    from wa.tasks as claimed
    where claimed.id = given.id and claimed.lock_token = given.lock_token
    limit 1
  ) as task
  where given.outcome in ('done', 'failed') and task.status = 'running';

  if v_user_ids is not null then
    perform wa.hold_conversations(v_user_ids);
  end if;

  with given as (
    -- Of two results of one task the last counts.
    select distinct on ((listed.value ->> 'id')::bigint)
      (listed.value ->> 'id')::bigint as id,
      (listed.value ->> 'lock_token')::uuid as lock_token,
      listed.value as body
    from jsonb_array_elements(results) with ordinality as listed (value, position)
    order by (listed.value ->> 'id')::bigint, listed.position desc
  ),

  held as materialized (
    select task.id, task.lock_token, task.user_id, task.status = 'running' as is_running
    from wa.tasks as task
    where task.id = any(array(select given.id from given))
    order by task.id
    for update
  )

  select
    jsonb_agg(given.body order by given.id) filter (where held.is_running),
    coalesce(
      jsonb_agg(given.id order by given.id) filter (
        -- Whoever accepted it may have been quicker than whoever says so.
        where held.id is null or not (held.is_running or given.body ->> 'outcome' = 'accepted')
      ),
      '[]'
    ),
    -- A merge that has just been committed gave a task to somebody who is not locked.
    bool_or(held.is_running and given.body ->> 'outcome' in ('done', 'failed') and held.user_id <> all(coalesce(v_user_ids, '{}')))
  into strict v_held, v_lost, v_has_moved
  from given
  left join held on held.id = given.id and held.lock_token = given.lock_token;

  if v_has_moved then
    raise exception using
      errcode = '40001',
      message = 'a task''s user changed while the conversation was being locked',
      hint = 'Nothing was committed. Call again.';
  end if;

  v_report := wa.apply_results(coalesce(v_held, '[]'), c_most_bytes);
  v_finished := array(select finished.id::bigint from jsonb_array_elements_text(v_report -> 'finished') as finished (id));

  if cardinality(v_finished) > 0 then
    v_report := v_report || jsonb_build_object('events', v_report -> 'events' || wa.finish_tasks(v_finished));
  end if;
  return v_report - 'finished' || jsonb_build_object('lost', v_lost);
end
$$;

alter function public.wa_tasks_settle owner to wa_runtime;

comment on function public.wa_tasks_settle is
'Takes what came of claimed tasks: an array of results with id, lock_token and outcome: done (with result), failed (with error_class of wa.task_error_classes, error_message, retry_after_seconds), running (a sign of life, which lengthens the lease; with progress), accepted (somebody else reports back with this lock_token, within answer_seconds or by the deadline), or released (given back, to be claimed at once). What is done, or failed for good, takes effect in its conversation in the same transaction. Returns counts (done, failed, retried, released, running, accepted), events to log, and lost: the ids of tasks that are no longer the worker''s, since they were cancelled, ran out of time or were claimed by another. Raises WA052; 40001 asks the caller to try again.';

grant execute on function public.wa_tasks_settle to wa_worker_role;
