create or replace function wa.run_steps(p_chats wa.chat[])
returns wa.chat[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_alike record;
  v_chats wa.chat[];
  v_are_alike boolean := true;
begin
  -- Most are in one state: to group and sort them copies all that they hold.
  for v_position in 2..cardinality(p_chats) loop
    v_are_alike := p_chats[v_position].state is not distinct from p_chats[1].state;
    exit when not v_are_alike;
  end loop;

  if v_are_alike then
    return wa.run_step(p_chats[1].state, p_chats);
  end if;

  for v_alike in
    select chat.state, array_agg(chat order by (chat.message).sent_at, (chat.message).sequence) as chats
    from unnest(p_chats) as chat
    group by chat.state
    order by min((chat.message).sent_at), chat.state
  loop
    v_chats := v_chats || wa.run_step(v_alike.state, v_alike.chats);
  end loop;
  return v_chats;
end
$$;

comment on function wa.run_steps is
'Runs the steps of chats of different users, oldest message first: one call for all that are in the same state, those of one state in the order of their messages. Returns where the chats then stand, as wa.run_step does.';
