create or replace function wa.choose_state(p_entry wa.flow_entries, p_state text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_entry.action = 'back' then
    return coalesce((select state.back_to from wa.flow_states as state where state.state = p_state), 'home');
  end if;

  return case p_entry.action when 'enter' then p_entry.to_state when 'cancel' then 'cancelled' else p_state end;
end
$$;

comment on function wa.choose_state is
'The state that handles a message: where its entry point leads, or else where the chat stands.';
