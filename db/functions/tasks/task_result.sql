create or replace function wa.task_result(p_chat wa.chat)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when not p_chat.is_entered and (p_chat.message).message_type = 'task_result'
      then (p_chat.message).content -> 'task_result'
  end;
end
$$;

comment on function wa.task_result is
'What came of a task that the chat waits for, an object: task (its id), kind, outcome (done or failed), result (what the worker returned, when done), error (class and message, when failed). Null when the user said something instead, and while the state is being entered.';
