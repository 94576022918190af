create or replace function wa.refuse_to_remove_occupied_state()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_spreads constant text := current_setting('citus.enable_ddl_propagation', true);
begin
  if tg_op = 'UPDATE' and new.state = old.state then
    return null;
  end if;

  -- On a node of a cluster it locks there, where chats move: over all nodes it would wait for its own transaction.
  if v_spreads is not null then
    perform set_config('citus.enable_ddl_propagation', 'off', true);
  end if;

  -- Waits for the messages that are just moving a chat.
  lock table public.chat_state in share row exclusive mode;
  if v_spreads is not null then
    perform set_config('citus.enable_ddl_propagation', v_spreads, true);
  end if;

  if exists (select from public.chat_state as chat where chat.state = old.state) then
    raise exception using
      errcode = '23503',
      message = format('somebody is in the state %s', old.state),
      hint = 'Move the rows of public.chat_state to another state first, or delete them: that leads home.';
  end if;
  return null;
end
$$;

comment on function wa.refuse_to_remove_occupied_state is
'Keeps the states of chats in wa.flow_states. A foreign key would lock the same few rows in every message.';

create or replace trigger flow_states_occupied
after delete or update of state on wa.flow_states
for each row execute function wa.refuse_to_remove_occupied_state();

comment on trigger flow_states_occupied on wa.flow_states is 'No state is removed while a chat is in it.';
