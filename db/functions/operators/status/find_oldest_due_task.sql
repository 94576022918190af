create or replace function wa.find_oldest_due_task()
returns timestamptz
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select min(unfinished.due_at)
    from (
      select task.due_at
      from wa.tasks as task
      where task.due_at is not null
      order by task.deadline_at
      limit 1000
    ) as unfinished
    where unfinished.due_at <= clock_timestamp()
  );
end
$$;

comment on function wa.find_oldest_due_task is
'Since when a worker could have claimed the task that waits longest, of the thousand that have to be done first; null when none is due.';
