create or replace function wa.purge_tasks(p_before timestamptz, p_batch integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_purged integer;
begin
  delete from wa.tasks as expired
  where expired.id = any(
    array(
      select candidate.id
      from wa.tasks as candidate
      where candidate.finished_at < p_before
      order by candidate.finished_at
      limit p_batch
    )
  );

  get diagnostics v_purged = row_count;
  return v_purged;
end
$$;

comment on function wa.purge_tasks is
'Deletes up to p_batch tasks that were finished before p_before, and returns how many. A result that a replay may need is in wa_events.';

grant execute on function wa.purge_tasks to wa_maintenance;
