create or replace function public.wa_tasks_claim(
  worker text,
  kinds text[],
  batch integer default 10,
  lease interval default interval '60 seconds'
)
returns table (
  id bigint,
  lock_token uuid,
  kind text,
  input jsonb,
  progress jsonb,
  attempt integer,
  deadline_at timestamptz
)
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
#variable_conflict use_column
declare
  v_token uuid := gen_random_uuid();
  v_event jsonb;
  v_now timestamptz;
begin
  if coalesce(worker, '') = ''
    or coalesce(cardinality(kinds), 0) = 0
    or coalesce(batch, 0) not between 1 and 1000
    or (lease > interval '0') is not true
  then
    raise exception using
      errcode = 'WA051',
      message = 'a claim names its worker, at least one kind, a batch of 1 to 1000, and a lease longer than nothing',
      hint = 'For example: select * from wa_tasks_claim(''worker-1'', ''{thumbnail}'', 10, ''60 seconds'').';
  end if;

  -- A claim answers with rows, so that its events leave as notices.
  for v_event in select emitted.value from jsonb_array_elements(wa.end_overdue_tasks()) as emitted loop
    perform wa.emit_event(v_event ->> 'event', v_event - '{event,level}'::text[], v_event ->> 'level');
  end loop;

  v_now := clock_timestamp();
  return query
  with due as materialized (
    select candidate.*
    from (select distinct named.kind from unnest(kinds) as named (kind)) as wanted
    cross join lateral (
      select task.id, task.turn_at
      from wa.tasks as task
      where task.kind = wanted.kind
        and task.due_at <= v_now
        and task.deadline_at > v_now
        -- The last attempt of a lost worker is over: it fails, which takes its user's lock.
        and (task.status = 'queued' or task.attempt_count + 1 < task.max_attempts)
      order by task.turn_at, task.due_at, task.id
      limit batch
      for update skip locked
    ) as candidate
  ),

  leased as (
    update wa.tasks as task
    set
      status = 'running',
      attempt_count = task.attempt_count + (task.status = 'running')::integer,
      error_class = case when task.status = 'running' then 'worker_lost' else task.error_class end,
      error_message = case
        when task.status = 'running' then 'the worker did not report back in time' else task.error_message
      end,
      locked_by = worker,
      lock_token = v_token,
      lease = wa_tasks_claim.lease,
      locked_until = v_now + wa_tasks_claim.lease,
      started_at = v_now
    where task.id = any(array(select due.id from due order by due.turn_at, due.id limit batch))
    returning
      task.id, task.kind, task.input, task.progress, task.attempt_count + 1 as attempt, task.deadline_at, task.turn_at
  )

  select leased.id, v_token, leased.kind, leased.input, leased.progress, leased.attempt, leased.deadline_at
  from leased
  order by leased.turn_at, leased.id;
end
$$;

alter function public.wa_tasks_claim owner to wa_runtime;

comment on function public.wa_tasks_claim is
'Hands a worker up to batch due tasks of these kinds for as long as the lease, users in turn: what one asked for many times goes in between what others asked for. Each is settled with its lock_token by wa_tasks_settle, which also lengthens the lease; when that is over another worker may claim the task. input is what the step gave, progress what an earlier attempt said last, attempt counts from 1. Ends what ran out of time. Raises WA051.';

grant execute on function public.wa_tasks_claim to wa_worker_role;
