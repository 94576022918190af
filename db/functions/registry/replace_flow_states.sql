create or replace function wa.replace_flow_states(p_flow text, p_base jsonb, p_rows jsonb)
returns text[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Read before it is inserted: a table that is kept on another server is not asked in between.
  v_kept jsonb;
  v_moves jsonb;
  v_gone constant text[] := array(
    select state.state
    from wa.flow_states as state
    where state.flow = p_flow
      and state.state not in (select new.state from jsonb_to_recordset(p_rows -> 'states') as new (state text))
  );
begin
  select coalesce(jsonb_object_agg(state.state, state.expires_after), '{}') into v_kept
  from wa.flow_states as state
  inner join jsonb_to_recordset(p_rows -> 'states') as new (state text, expires_after interval)
    on new.state = state.state
  inner join jsonb_to_recordset(p_base -> 'states') as base (state text, expires_after interval)
    on base.state = state.state
  where state.expires_after is distinct from base.expires_after
    and state.expires_after is distinct from new.expires_after;

  insert into wa.flow_states as state (state, flow, step_function, back_to, expires_after, description)
  select
    new.state,
    p_flow,
    new.step_function,
    new.back_to,
    case
      when v_kept ? new.state then (v_kept ->> new.state)::interval
      else new.expires_after
    end,
    new.description
  from jsonb_to_recordset(p_rows -> 'states') as new (
    state text, step_function text, back_to text, expires_after interval, description text
  )
  on conflict (state) do update
  set
    step_function = excluded.step_function,
    back_to = excluded.back_to,
    expires_after = excluded.expires_after,
    description = excluded.description
  where state.flow = excluded.flow;

  delete from wa.flow_transitions as move
  using wa.flow_states as state
  where state.state = move.from_state
    and state.flow = p_flow
    and not exists (
      select from jsonb_to_recordset(p_rows -> 'moves') as new (from_state text, to_state text)
      where new.from_state = move.from_state and new.to_state = move.to_state
    );

  select jsonb_agg(to_jsonb(new.*)) into v_moves
  from jsonb_to_recordset(p_rows -> 'moves') as new (from_state text, to_state text)
  inner join wa.flow_states as origin on origin.state = new.from_state and origin.flow = p_flow
  inner join wa.flow_states as target on target.state = new.to_state;

  insert into wa.flow_transitions (from_state, to_state)
  select new.from_state, new.to_state
  from jsonb_to_recordset(v_moves) as new (from_state text, to_state text)
  on conflict do nothing;

  perform wa.take_people_home(v_gone);

  delete from wa.menu_items as item
  using wa.flow_entries as entry
  where entry.kind = item.entry_kind and entry.value = item.reply_id and entry.to_state = any(v_gone);

  delete from wa.flow_entries as entry where entry.to_state = any(v_gone);
  delete from wa.flow_transitions as move where move.to_state = any(v_gone);
  delete from wa.flow_states as state where state.state = any(v_gone);

  return array(select format('the time-out of %s', kept.state) from jsonb_object_keys(v_kept) as kept (state));
end
$$;

comment on function wa.replace_flow_states is
'Of wa.declare_flow: makes a flow''s states and moves those of p_rows; whoever is in a state that goes is taken home. A time-out that differs from p_base, which is what was declared before, was changed by hand and stays: returns these, in words.';
