create or replace function wa.cancel_tasks_of_reset()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  update wa.tasks as task
  set
    -- What a message brought is fetched all the same, and told to nobody.
    state = case when unwanted.is_of_message then '' else task.state end,
    status = case when unwanted.is_of_message then task.status else 'cancelled' end,
    finished_at = case when not unwanted.is_of_message then clock_timestamp() end
  from (
    select unfinished.id, unfinished.kind = 'media.fetch' and unfinished.dedupe_key is not null as is_of_message
    from wa.tasks as unfinished
    where unfinished.user_id = old.user_id
      and coalesce(unfinished.phone_number_id, '') = old.phone_number_id
      and unfinished.due_at is not null
      and unfinished.state <> ''
      -- A merge goes on where the more recent of the two chats stood.
      and not exists (
        select from public.profiles as profile
        where profile.user_id = old.user_id and profile.merged_into is not null
      )
    order by unfinished.id
    for update
  ) as unwanted
  where task.id = unwanted.id;
  return null;
end
$$;

alter function wa.cancel_tasks_of_reset owner to wa_runtime;

comment on function wa.cancel_tasks_of_reset is
'Cancels what a conversation had asked for when somebody resets it.';

create or replace trigger chat_state_cancel_tasks
after delete on public.chat_state
for each row execute function wa.cancel_tasks_of_reset();

comment on trigger chat_state_cancel_tasks on public.chat_state is
'A conversation that begins anew waits for nothing.';
