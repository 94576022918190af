create or replace function wa.summarize_tasks()
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    with unfinished as materialized (
      select
        task.id, task.kind, task.status, task.due_at, task.locked_until, task.attempt_count, task.max_attempts,
        task.error_class, task.error_message
      from wa.tasks as task
      where task.due_at is not null
      -- The order of the index that claim reads, so that a large table is not scanned.
      order by task.kind, task.turn_at, task.due_at, task.id
      limit 10000
    ),

    finished as materialized (
      select task.kind, task.status, task.reached, task.error_class
      from wa.tasks as task
      where task.finished_at > now() - interval '24 hours'
      order by task.finished_at desc
      limit 10000
    )

    select jsonb_build_object(
      'queued', (select count(*) from unfinished where unfinished.status = 'queued'),
      'running', (select count(*) from unfinished where unfinished.status = 'running'),
      'finished', (
        select coalesce(jsonb_object_agg(status.name, status.tasks), '{}')
        from (select finished.status as name, count(*) as tasks from finished group by 1) as status
      ),
      'late', (select count(*) from finished where finished.reached = 'late'),
      'failed', (
        select coalesce(
          jsonb_agg(
            jsonb_build_object('kind', failed.kind, 'error_class', failed.error_class, 'tasks', failed.tasks)
            order by failed.kind, failed.error_class
          ),
          '[]'
        )
        from (
          select finished.kind, finished.error_class, count(*) as tasks
          from finished
          where finished.status = 'failed'
          group by finished.kind, finished.error_class
        ) as failed
      ),
      'retried', (
        select coalesce(
          jsonb_agg(
            jsonb_build_object(
              'kind', again.kind,
              'tasks', again.tasks,
              'attempts', again.attempts,
              'max_attempts', again.max_attempts,
              'error', again.error
            )
            order by again.kind
          ),
          '[]'
        )
        from (
          select
            unfinished.kind,
            count(*) as tasks,
            max(unfinished.attempt_count) as attempts,
            max(unfinished.max_attempts) as max_attempts,
            (
              array_agg(
                concat_ws(': ', unfinished.error_class, wa.mask_task_error(unfinished.error_message))
                order by unfinished.attempt_count desc, unfinished.id desc
              )
            )[1] as error
          from unfinished
          -- What succeeds when it is tried once more is nobody's business.
          where unfinished.attempt_count >= 2
          group by unfinished.kind
        ) as again
      ),
      'stalled', (
        select coalesce(
          jsonb_agg(
            jsonb_build_object('kind', waiting.kind, 'oldest_due_seconds', waiting.oldest_due_seconds)
            order by waiting.kind
          ),
          '[]'
        )
        from (
          select unfinished.kind, round(max(wa.seconds_since(unfinished.due_at))) as oldest_due_seconds
          from unfinished
          where unfinished.due_at <= now()
          group by unfinished.kind
        ) as waiting
        where waiting.oldest_due_seconds > 300
      )
    )
  );
end
$$;

comment on function wa.summarize_tasks is
'Tasks: unfinished ones by status, those of the last day by how they ended, how many results came late, what failed by kind and class of error, what is being tried again after two attempts or more, by kind, with the last error of the one with most, masked, and kinds of which one has been due for five minutes, with the age of the oldest in seconds. Counts look at 10,000 rows.';
