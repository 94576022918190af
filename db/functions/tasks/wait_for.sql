create or replace function wa.wait_for(
  p_chat wa.chat,
  p_task bigint,
  p_key text default null,
  p_data jsonb default null,
  p_values jsonb default null
)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform wa.show_typing(p_chat);

  return wa.stay(
    case when p_key is null then '[]' else wa.build_text(wa.say(p_chat, p_key, p_values)) end,
    coalesce(p_data, p_chat.data) || jsonb_build_object('task', p_task)
  );
end
$$;

comment on function wa.wait_for is
'What a step returns that waits for a task: says a text ("one moment"), shows that the bot is typing, and remembers the task in data.task. While that is there the chat waits for this task alone: the result of an earlier one is late.';
