create or replace function wa.list_step_routines(p_flow text)
returns table (flow text, prefix text, state text, routine text, source text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Read before they are compared: no table that is kept on another server is joined with what is known here.
  v_states constant jsonb := (
    select
      jsonb_agg(
        jsonb_build_object(
          'flow', known.flow, 'prefix', declared.prefix, 'state', known.state, 'step_function', known.step_function
        )
      )
    from wa.flow_states as known
    left join wa.flows as declared on declared.flow = known.flow
    where p_flow is null or known.flow = p_flow
  );
begin
  return query
  with recursive known as materialized (
    select routine.proname::text collate "default" as name, routine.prosrc collate "default" as source
    from pg_proc as routine
    where routine.pronamespace = 'wa'::regnamespace and routine.prokind = 'f'
  ),

  call as materialized (
    select distinct known.name as caller, called.match[1] as name
    from known
    cross join lateral regexp_matches(known.source, '[.]([a-z_0-9]+)[[:space:]]*[(]', 'g') as called (match)
    where called.match[1] in (select other.name from known as other)
  ),

  step as materialized (
    select begun.*
    from jsonb_to_recordset(v_states) as begun (flow text, prefix text, state text, step_function text)
  ),

  run (state, name) as (
    select step.state, step.step_function
    from step
    union
    select run.state, call.name
    from run
    inner join call on call.caller = run.name
  )

  select step.flow, step.prefix, run.state, known.name, known.source
  from run
  inner join known on known.name = run.name
  inner join step on step.state = run.state;
end
$$;

comment on function wa.list_step_routines is
'The routines that run when a state of a flow (null: of any) does: its step and all that this calls, as far as their sources tell.';
