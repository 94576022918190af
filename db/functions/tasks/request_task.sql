create or replace function wa.request_task(
  p_chat wa.chat,
  p_kind text,
  p_input jsonb default '{}',
  p_dedupe_key text default null,
  p_state text default null,
  p_late_state text default null,
  p_deadline interval default null,
  p_max_attempts integer default null
)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_state constant text := coalesce(wa.name_state(p_chat.prefix, p_state), p_chat.state);
  v_late_state constant text := wa.name_state(p_chat.prefix, p_late_state);
  v_unknown text;
  v_last_turn_at timestamptz;
  v_id bigint;
begin
  select named.state into v_unknown
  from unnest(array[v_state, v_late_state]) as named (state)
  where named.state is not null
    and not exists (select from wa.flow_states as known where known.state = named.state)
  limit 1;

  if p_kind ~ '^[a-z][a-z0-9_.-]{0,62}$' is not true
    or p_input is null
    or v_unknown is not null
    or p_deadline <= interval '0'
    or p_max_attempts < 1
  then
    raise exception using
      errcode = 'WA050',
      message = 'a task names its kind, its input, states that there are, and limits above nothing',
      detail = case
        when v_unknown is not null then format('There is no state %s.', v_unknown)
        else format('The kind is %s.', coalesce(p_kind, 'null'))
      end,
      hint = 'For example: wa.request_task(p_chat, ''thumbnail'', jsonb_build_object(''media_id'', v_id)); see docs/build/tasks.md.';
  end if;

  select max(earlier.turn_at) into v_last_turn_at
  from wa.tasks as earlier
  where earlier.user_id = p_chat.user_id
    and earlier.kind = p_kind
    and earlier.due_at is not null
    -- One under way stands in no line; where its answer comes later it is a long time ahead.
    and earlier.status = 'queued';

  insert into wa.tasks as task (
    user_id, phone_number_id, kind, input, state, late_state, dedupe_key, max_attempts, turn_at, next_attempt_at,
    deadline_at
  )
  values (
    p_chat.user_id,
    p_chat.phone_number_id,
    p_kind,
    p_input,
    v_state,
    v_late_state,
    p_dedupe_key,
    coalesce(p_max_attempts, wa.get_setting('task_max_attempts')::integer),
    greatest(
      v_now,
      v_last_turn_at + make_interval(secs => wa.get_setting('task_turn_seconds')::double precision)
    ),
    v_now,
    v_now + coalesce(
      p_deadline, make_interval(secs => wa.get_setting('task_deadline_seconds')::double precision)
    )
  )
  on conflict (dedupe_key) do nothing
  returning task.id into v_id;

  if v_id is null then
    return (select task.id from wa.tasks as task where task.dedupe_key = p_dedupe_key);
  end if;

  -- A queue that is full fails the commit, where nothing catches it. Polling finds what nobody is woken for.
  perform pg_notify('wa_tasks', p_kind)
  where pg_notification_queue_usage() < 0.5;
  return v_id;
end
$$;

comment on function wa.request_task is
'Asks for work outside the database, as part of what the step does, and returns the task''s id, or that of the one asked for before under p_dedupe_key. Workers claim it by p_kind and are given p_input; its result comes back into this conversation as a message, to the step of p_state (null: the state at hand), which reads it with wa.task_result. One that comes when the chat waits there no longer is noted as late, or leads to p_late_state. It fails after p_deadline (null: the setting task_deadline_seconds) or p_max_attempts (null: task_max_attempts). Raises WA050.';
