create or replace function wa.describe_result(p_task wa.tasks)
returns wa.message
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message wa.message;
begin
  v_message.wa_message_id := 'task:' || p_task.id;
  v_message.phone_number_id := p_task.phone_number_id;
  v_message.message_type := 'task_result';
  v_message.status := 'processed';
  v_message.opens_window := false;
  v_message.sent_at := p_task.finished_at;
  v_message.sequence := p_task.id;
  v_message.user_id := p_task.user_id;

  select number.home_state into v_message.home_state
  from wa.numbers as number
  where number.phone_number_id = p_task.phone_number_id;

  v_message.content := jsonb_build_object(
    'id', v_message.wa_message_id,
    'type', 'task_result',
    'timestamp', extract(epoch from p_task.finished_at)::bigint::text,
    'task_result', jsonb_strip_nulls(
      jsonb_build_object(
        'task', p_task.id,
        'kind', p_task.kind,
        'outcome', case when p_task.status = 'done' then 'done' else 'failed' end,
        'state', p_task.state,
        'late_state', p_task.late_state
      )
    ) || case p_task.status
      when 'done' then jsonb_build_object('result', p_task.result)
      else jsonb_build_object(
        'error', jsonb_build_object('class', p_task.error_class, 'message', p_task.error_message)
      )
    end
  );
  return v_message;
end
$$;

comment on function wa.describe_result is
'A finished task as the message that tells its conversation. Its content holds all that a replay needs, so that it outlives the task.';
