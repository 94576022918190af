create or replace function public.wa_task_retry(id bigint)
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
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_deadline constant timestamptz := v_now
    + make_interval(secs => wa.get_setting('task_deadline_seconds')::double precision);
  v_user_id uuid;
  v_kind text;
begin
  select task.user_id into v_user_id
  from wa.tasks as task
  where task.id = wa_task_retry.id
    and (
      task.status in ('failed', 'cancelled')
      or task.status = 'queued' and task.next_attempt_at > v_now
    );

  if not found then
    return false;
  end if;

  -- Before task and event, which a replay of the event locks the other way round.
  perform wa.hold_conversations(array[v_user_id]);

  update wa.tasks as task
  set
    status = 'queued',
    attempt_count = 0,
    wait_count = 0,
    turn_at = v_now,
    next_attempt_at = v_now,
    deadline_at = greatest(task.deadline_at, v_deadline),
    reached = null,
    finished_at = null
  where task.id = wa_task_retry.id
    and (
      task.status in ('failed', 'cancelled')
      or task.status = 'queued' and task.next_attempt_at > v_now
    )
    -- A merge may have given it to somebody who is not locked.
    and task.user_id = v_user_id
  returning task.kind into v_kind;

  if not found then
    return false;
  end if;

  -- What the conversation was told of it, which what comes now would repeat.
  delete from public.wa_events as event
  where event.wa_message_id = 'task:' || wa_task_retry.id;

  perform pg_notify('wa_tasks', v_kind)
  where pg_notification_queue_usage() < 0.5;
  return true;
end
$$;

alter function public.wa_task_retry owner to wa_runtime;

comment on function public.wa_task_retry is
'Queues a task again that failed or was cancelled, and has one tried at once that waits for its next attempt: with all its attempts, and at least task_deadline_seconds to be done in. What comes of it reaches the conversation that still waits for it, and is late for one that has gone on. False: it is none of these, or unknown.';

grant execute on function public.wa_task_retry to wa_operator_role;
