create or replace function wa.end_overdue_tasks()
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Bounds the transaction; the next call takes the rest.
  c_most constant integer := 100;
  v_user_ids uuid[];
  v_task_ids bigint[];
  v_now timestamptz := clock_timestamp();
begin
  select array_agg(distinct overdue.user_id order by overdue.user_id) into v_user_ids
  from (
    (
      select late.user_id
      from wa.tasks as late
      where late.due_at is not null and late.deadline_at <= v_now
      order by late.deadline_at
      limit c_most
    )
    union all
    (
      select lost.user_id
      from wa.tasks as lost
      where lost.status = 'running'
        and lost.locked_until <= v_now
        and lost.attempt_count + 1 >= lost.max_attempts
      order by lost.locked_until
      limit c_most
    )
  ) as overdue;

  if v_user_ids is null then
    return wa.deliver_held_results();
  end if;

  v_user_ids := wa.hold_idle_conversations(v_user_ids);

  v_now := clock_timestamp();
  with overdue as materialized (
    select task.id, task.deadline_at <= v_now as is_late
    from wa.tasks as task
    where task.user_id = any(v_user_ids)
      -- By these too: for the order of ids a plan that was made for few tasks would read all.
      and task.id = any(array(select theirs.id from wa.tasks as theirs where theirs.user_id = any(v_user_ids)))
      -- Not by due_at: it names an index of all that is open.
      and task.status in ('queued', 'running')
      and (
        task.deadline_at <= v_now
        or (
          task.status = 'running'
          and task.locked_until <= v_now
          and task.attempt_count + 1 >= task.max_attempts
        )
      )
    order by task.id
    limit c_most
    for update
  ),

  ended as (
    update wa.tasks as task
    set
      status = 'failed',
      finished_at = v_now,
      attempt_count = task.attempt_count + (task.status = 'running')::integer,
      error_class = case when overdue.is_late then 'deadline' else 'worker_lost' end,
      error_message = case
        when not overdue.is_late then 'the worker did not report back in time'
        when task.error_message is not null then 'not done by its deadline; before that: ' || task.error_message
        else 'not done by its deadline'
      end
    from overdue
    where task.id = overdue.id and task.id = any(array(select one.id from overdue as one))
    returning task.id
  )

  select array_agg(ended.id) into v_task_ids
  from ended;

  return case when v_task_ids is null then '[]'::jsonb else wa.finish_tasks(v_task_ids) end;
end
$$;

comment on function wa.end_overdue_tasks is
'Lets tasks fail that were not done by their deadline, or whose last attempt a worker did not bring back, up to a hundred of each in a call, and tells their conversations; where there are none, tells those that a person has given back of what ended meanwhile. Returns the events to log.';
