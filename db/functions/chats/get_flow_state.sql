create or replace function wa.get_flow_state(p_state text)
returns wa.flow_states
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state wa.flow_states;
begin
  select state.* into v_state
  from wa.flow_states as state
  where state.state = p_state;

  if v_state.state is null then
    raise exception using
      errcode = 'WA003',
      message = format('there is no flow state %s', coalesce(p_state, '(null)')),
      hint = 'Add it to wa.flow_states, or correct the step that leads to it.';
  end if;
  return v_state;
end
$$;

comment on function wa.get_flow_state is
'A row of the state registry. Raises WA003 when there is none.';
