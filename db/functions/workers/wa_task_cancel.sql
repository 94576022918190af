create or replace function public.wa_task_cancel(id bigint)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
set jit = off
as $$
declare
  v_user_id uuid;
  v_now timestamptz;
begin
  select task.user_id into v_user_id
  from wa.tasks as task
  where task.id = wa_task_cancel.id and task.due_at is not null;

  if not found then
    return false;
  end if;

  perform wa.hold_conversations(array[v_user_id]);

  v_now := clock_timestamp();
  update wa.tasks as task
  set
    status = 'cancelled',
    finished_at = v_now,
    error_class = 'cancelled',
    error_message = 'an operator cancelled it'
  where task.id = wa_task_cancel.id
    and task.due_at is not null
    -- A merge may have given it to somebody who is not locked.
    and task.user_id = v_user_id;

  if not found then
    return false;
  end if;

  perform wa.emit_event(event.body ->> 'event', event.body - '{event,level}'::text[], event.body ->> 'level')
  from jsonb_array_elements(wa.finish_tasks(array[wa_task_cancel.id])) as event (body);
  return true;
end
$$;

alter function public.wa_task_cancel owner to wa_runtime;

comment on function public.wa_task_cancel is
'Ends a task that is queued or running, without an alert: its step hears of a failure of the class cancelled, the worker that is at it with its next sign of life. False: it is finished, or unknown.';

grant execute on function public.wa_task_cancel to wa_operator_role;
