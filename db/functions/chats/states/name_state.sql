create or replace function wa.name_state(p_prefix text, p_name text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when exists (
      select from wa.flow_states as own
      where own.state = p_prefix || '_' || p_name
    ) then p_prefix || '_' || p_name
    else p_name
  end;
end
$$;

comment on function wa.name_state is
'The whole name of a state that a step of a flow with this prefix names: one of the flow''s own where there is such a one.';
