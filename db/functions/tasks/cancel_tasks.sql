create or replace function wa.cancel_tasks(p_chat wa.chat, p_kind text default null)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cancelled integer;
  v_now constant timestamptz := clock_timestamp();
begin
  update wa.tasks as task
  set
    -- What a message brought is fetched all the same, and told to nobody.
    state = case when unwanted.is_of_message then '' else task.state end,
    status = case when unwanted.is_of_message then task.status else 'cancelled' end,
    finished_at = case when not unwanted.is_of_message then v_now end
  from (
    select unfinished.id, unfinished.kind = 'media.fetch' and unfinished.dedupe_key is not null as is_of_message
    from wa.tasks as unfinished
    where unfinished.user_id = p_chat.user_id
      and unfinished.phone_number_id is not distinct from p_chat.phone_number_id
      and unfinished.due_at is not null
      and unfinished.state <> ''
      and (p_kind is null or unfinished.kind = p_kind)
    order by unfinished.id
    for update
  ) as unwanted
  where task.id = unwanted.id;

  get diagnostics v_cancelled = row_count;
  return v_cancelled;
end
$$;

comment on function wa.cancel_tasks is
'Cancels the unfinished tasks that a conversation waits for, all of them or those of one kind, and returns how many. A worker that is at one is told when it next gives a sign of life; what it brings is not taken.';
