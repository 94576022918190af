create or replace function wa.find_insurance_outcome(p_task_id bigint)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_outcome jsonb;
begin
  if p_task_id is null then
    return null;
  end if;

  select jsonb_build_object('status', task.status, 'result', task.result) into v_outcome
  from wa.tasks as task
  where task.id = p_task_id;

  return coalesce(v_outcome, '{"status": "failed"}');
end
$$;

comment on function wa.find_insurance_outcome is
'How a task of a document stands: status and result; failed where retention has taken it. Null where the document waits for none.';
