create or replace function wa.find_conflicts(p_flow text, p_rows jsonb)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_conflicts text[];
begin
  with state as (
    select * from jsonb_to_recordset(p_rows -> 'states') as state (state text, back_to text)
  ),

  known as (
    select state.state from state
    union
    select other.state from wa.flow_states as other where other.flow <> p_flow
  ),

  entry as (
    select
      entry.*,
      case entry.kind when 'message_kind' then 'the kind of message ' || entry.value else format('"%s"', entry.value) end
        as said
    from jsonb_to_recordset(p_rows -> 'entries') as entry (kind text, value text, to_state text)
  ),

  text as (
    select distinct text.key from jsonb_to_recordset(p_rows -> 'texts') as text (key text)
  ),

  conflict as (
    select format('%s moves to %s, which is no state', move.from_state, move.to_state) as words
    from jsonb_to_recordset(p_rows -> 'moves') as move (from_state text, to_state text)
    where move.to_state not in (select known.state from known)
    union all
    select format('%s moves to itself: staying is always allowed', move.from_state)
    from jsonb_to_recordset(p_rows -> 'moves') as move (from_state text, to_state text)
    where move.from_state = move.to_state
    union all
    select format('%s leads back to %s, which is no state', state.state, state.back_to)
    from state
    where state.back_to not in (select known.state from known)
    union all
    select format('%s leads to %s, which is no state of this flow', entry.said, entry.to_state)
    from entry
    where entry.to_state not in (select state.state from state)
    union all
    select format('%s leads to two states: %s', entry.said, string_agg(coalesce(entry.to_state, 'a command'), ', '))
    from entry
    group by entry.kind, entry.value, entry.said
    having count(*) > 1
    union all
    select format('the state %s is one of the flow %s', state.state, other.flow)
    from state
    inner join wa.flow_states as other on other.state = state.state and other.flow <> p_flow
    union all
    select format('%s leads to the flow %s already', entry.said, coalesce(owner.flow, 'home'))
    from entry
    inner join wa.flow_entries as other on other.kind = entry.kind and other.value = entry.value
    left join wa.flow_states as owner on owner.state = other.to_state
    where coalesce(owner.flow, 'home') <> p_flow
    union all
    select format('the text %s is one of the flow %s', text.key, other.flow)
    from text
    inner join (
      select distinct flow.flow, taken.key
      from wa.flows as flow
      cross join lateral jsonb_to_recordset(flow.declared -> 'texts') as taken (key text)
      where flow.flow <> p_flow
    ) as other on other.key = text.key
    union all
    select format('%s is no language of wa.locales', translation.locale)
    from (
      select translation.locale from jsonb_to_recordset(p_rows -> 'texts') as translation (locale text)
      union
      select spoken.locale from jsonb_to_recordset(p_rows -> 'entries') as spoken (locale text)
    ) as translation
    where translation.locale not in (select locale.locale from wa.locales as locale)
    union all
    select format('%s moves to %s, which the flow %s does not declare any more', move.from_state, move.to_state, p_flow)
    from wa.flow_transitions as move
    inner join wa.flow_states as origin on origin.state = move.from_state and origin.flow <> p_flow
    inner join wa.flow_states as gone on gone.state = move.to_state and gone.flow = p_flow
    where gone.state not in (select state.state from state)
    union all
    select format('chats with the number %s begin at %s', number.phone_number_id, number.home_state)
    from wa.numbers as number
    inner join wa.flow_states as gone on gone.state = number.home_state and gone.flow = p_flow
    where gone.state not in (select state.state from state)
    union all
    select format('%s leads back to %s, which the flow %s does not declare any more', other.state, gone.state, p_flow)
    from wa.flow_states as other
    inner join wa.flow_states as gone on gone.state = other.back_to and gone.flow = p_flow
    where other.flow <> p_flow and gone.state not in (select state.state from state)
  )

  select array_agg(distinct conflict.words) into v_conflicts
  from conflict;

  return coalesce(v_conflicts, '{}');
end
$$;

comment on function wa.find_conflicts is
'What of a flow''s rows, as wa.read_declaration returns them, leads nowhere, or is another flow''s already, a sentence each. With no rows: what other flows need of it.';
