create or replace function wa.cancel_tasks_of_reset()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_chat wa.chat;
begin
  -- A merge goes on where the more recent of the two chats stood.
  if exists (
    select from public.profiles as profile
    where profile.user_id = old.user_id and profile.merged_into is not null
  ) then
    return null;
  end if;

  v_chat.user_id := old.user_id;
  v_chat.phone_number_id := nullif(old.phone_number_id, '');
  perform wa.cancel_tasks(v_chat);
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
