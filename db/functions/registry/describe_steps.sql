create or replace function wa.describe_steps(p_flow text, p_base jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_step record;
  -- Read before it is compared: no table that is kept on another server is joined with what is known here.
  v_states constant jsonb := (
    select jsonb_agg(to_jsonb(known)) from wa.flow_states as known where known.flow = p_flow
  );
begin
  for v_step in
    select state.step_function as name, state.description
    from jsonb_to_recordset(v_states) as state (state text, step_function text, description text)
    inner join pg_proc as routine
      on routine.pronamespace = 'wa'::regnamespace and routine.proname = state.step_function
    left join jsonb_to_recordset(p_base) as base (state text, description text) on base.state = state.state
    where pg_has_role(routine.proowner, 'usage')
      and coalesce(obj_description(routine.oid, 'pg_proc'), base.description, '')
      = coalesce(base.description, '')
      and obj_description(routine.oid, 'pg_proc') is distinct from state.description
  loop
    -- The name comes from wa.flow_states, whose check admits nothing but step_ and an identifier.
    execute format('comment on function wa.%I(wa.chat) is %L', v_step.name, v_step.description);
  end loop;
end
$$;

comment on function wa.describe_steps is
'Of wa.declare_flow: comments the steps whose files do not with what their states are for. A comment that differs from p_base, the states as they were declared before, is a file''s and stays.';
