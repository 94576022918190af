create or replace function wa.finish_tasks(p_task_ids bigint[])
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_results wa.message[];
  v_events jsonb;
  v_answer record;
begin
  perform wa.note_fetched(p_task_ids);

  select
    coalesce(array_agg(wa.describe_result(row(task.*)::wa.tasks)) filter (where task.state <> ''), '{}'),
    jsonb_agg(
      jsonb_strip_nulls(
        jsonb_build_object(
          'event', case task.status when 'done' then 'TASK_DONE' when 'failed' then 'TASK_FAILED' else 'TASK_CANCELLED' end,
          'level', case task.status when 'failed' then 'error' else 'info' end,
          'id', task.id,
          'kind', task.kind,
          'attempts', task.attempt_count + (task.status = 'done')::integer,
          'error_class', case task.status when 'failed' then task.error_class end,
          'total_ms', round(extract(epoch from task.finished_at - task.created_at) * 1000)
        )
      )
      order by task.id
    )
  into v_results, v_events
  from wa.tasks as task
  where task.id = any(p_task_ids);

  insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
  select
    'task_failed',
    task.kind || ' ' || task.error_class,
    jsonb_build_object('kind', task.kind, 'error_class', task.error_class, 'task_id', max(task.id)),
    count(*)
  from wa.tasks as task
  where task.id = any(p_task_ids) and task.status = 'failed'
  group by task.kind, task.error_class;

  v_answer := wa.deliver_results(v_results);
  return coalesce(v_events, '[]') || v_answer.events;
end
$$;

comment on function wa.finish_tasks is
'Tells the conversations of tasks that have just been done, have failed for good or were cancelled by an operator, and operators of the failures. Returns the events to log. The caller holds the locks of their users'' profiles.';
