create or replace function wa.list_state_problems(p_flow text)
returns table (flow text, is_error boolean, problem text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Read before it is compared: no table that is kept on another server is joined with what is known here.
  v_begun constant text[] := array(
    select number.home_state from wa.numbers as number
    union all
    select case entry.action when 'cancel' then 'cancelled' else entry.to_state end from wa.flow_entries as entry
  );
  v_states constant jsonb := (select jsonb_agg(to_jsonb(known)) from wa.flow_states as known);
  v_moves constant jsonb := (select jsonb_agg(to_jsonb(move)) from wa.flow_transitions as move);
begin
  return query
  with recursive flow_state as materialized (
    select declared.*
    from jsonb_to_recordset(v_states) as declared (state text, flow text, step_function text, back_to text)
  ),

  flow_move as materialized (
    select declared.*
    from jsonb_to_recordset(v_moves) as declared (from_state text, to_state text)
  ),

  reached (state) as (
    select begun.state
    from unnest(v_begun || 'home'::text) as begun (state)
    where begun.state is not null
    union
    select next.state
    from reached
    inner join (
      select move.from_state, move.to_state from flow_move as move
      union all
      select state.state, state.back_to from flow_state as state where state.back_to is not null
    ) as next (from_state, state) on next.from_state = reached.state
  ),

  state as materialized (
    select
      state.*,
      exists (
        select from pg_proc as step
        where step.pronamespace = 'wa'::regnamespace
          and step.proname = state.step_function
          and step.proargtypes[0] = 'wa.chat'::regtype
          and step.pronargs = 1
          and step.prorettype = 'wa.step_result'::regtype
      ) as has_step
    from flow_state as state
    where p_flow is null or state.flow = p_flow
  ),

  run as materialized (
    select * from wa.list_step_routines(p_flow)
  ),

  -- Finishing is a move home.
  made as (
    select distinct run.state, run.routine, run.prefix, coalesce(own.state, move.match[1]) as to_state
    from run
    inner join state on state.state = run.state and state.step_function = run.routine
    cross join lateral regexp_matches(
      regexp_replace(run.source, '[.]finish[(][[:space:]]*p_chat', '.go(p_chat, ''home''', 'g'),
      '[a-z0-9_]+[.]go[(][[:space:]]*p_chat[[:space:]]*,[[:space:]]*''([a-z0-9_]+)''',
      'g'
    ) as move (match)
    left join state as own on own.flow = run.flow and own.state = concat_ws('_', run.prefix, move.match[1])
  )

  select
    state.flow,
    true,
    format(
      '%1$s has no step: there is no function %3$s.%2$s(%3$s.chat) returns %3$s.step_result',
      state.state, state.step_function, 'wa'::regnamespace
    )
  from state
  where not state.has_step
  union all
  select state.flow, true, format('nothing leads to %s', state.state)
  from state
  where state.state not in (select reached.state from reached)
  union all
  select
    state.flow,
    true,
    case
      when exists (select from flow_state as known where known.state = made.to_state)
        then format('%s moves on to %s, and %s does not declare it', made.routine, made.to_state, made.state)
      else format(
        '%s moves on to %s, and there is no such state; there are %s',
        made.routine, made.to_state, (
          select
            string_agg(
              case
                when starts_with(known.state, made.prefix || '_') then substr(known.state, length(made.prefix) + 2)
                else known.state
              end,
              ', '
              order by known.state
            )
          from flow_state as known
          where known.flow = state.flow
        )
      )
    end
  from made
  inner join state on state.state = made.state
  where made.to_state <> made.state
    and not exists (
      select from flow_move as move
      where move.from_state = made.state and move.to_state = made.to_state
    )
  union all
  select
    state.flow,
    false,
    format('%s declares a move to %s that %s never makes', state.state, move.to_state, state.step_function)
  from flow_move as move
  inner join state on state.state = move.from_state and state.has_step
  where not exists (
    select from run
    where run.state = state.state
      and (
        position('''' || move.to_state || '''' in run.source) > 0
        or starts_with(move.to_state, run.prefix || '_')
        and position('''' || substr(move.to_state, length(run.prefix) + 2) || '''' in run.source) > 0
      )
  );
end
$$;

comment on function wa.list_state_problems is
'Of wa.list_flow_problems: states without a step or that nothing leads to, moves that a step makes and its state does not declare, and the other way round.';
