create or replace function wa.count_tasks()
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_build_object(
      'queued', count(*) filter (where unfinished.status = 'queued'),
      'running', count(*) filter (where unfinished.status = 'running')
    )
    from (
      select task.status
      from wa.tasks as task
      where task.due_at is not null
      -- Any index of what is unfinished, so that a large table is not scanned.
      order by task.deadline_at
      limit 10000
    ) as unfinished
  );
end
$$;

comment on function wa.count_tasks is
'Unfinished tasks by status, an object of queued and running: the 10,000 that have to be done first.';
