create or replace function wa.take_people_home(p_states text[])
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_people integer;
begin
  if cardinality(p_states) = 0 then
    return 0;
  end if;

  -- Waits for the messages that are just moving a chat.
  lock table public.chat_state in share row exclusive mode;
  delete from public.chat_state as chat
  where chat.state = any(p_states) and chat.handed_over_until is null;
  get diagnostics v_people = row_count;

  -- Whom a person answers stays with that person.
  with moved as (
    update public.chat_state as chat
    set state = 'home', data = '{}', expires_at = now()
    where chat.state = any(p_states)
    returning chat.user_id
  )

  select v_people + count(*) into v_people
  from moved;

  return v_people;
end
$$;

comment on function wa.take_people_home is
'Ends the chats that are in some states, so that the next message finds their users in the home state; returns how many.';
