create or replace function wa.require_transition(p_from text, p_prefix text, p_to text, p_moves integer)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A chain of states that each lead on at once is a mistake in a flow, not a conversation.
  c_most_moves constant integer := 8;
  v_to text;
  v_named text;
  v_known text;
begin
  select transition.to_state into v_to
  from wa.flow_transitions as transition
  where transition.from_state = p_from and transition.to_state in (p_prefix || '_' || p_to, p_to)
  order by transition.to_state = p_to
  limit 1;

  if v_to is null then
    v_named := wa.name_state(p_prefix, p_to);

    if not exists (select from wa.flow_states as known where known.state = v_named) then
      select
        string_agg(
          case when starts_with(own.state, p_prefix || '_') then substr(own.state, length(p_prefix) + 2) else own.state end,
          ', '
          order by own.state
        )
      into v_known
      from wa.flow_states as own
      where own.flow = (select here.flow from wa.flow_states as here where here.state = p_from);
    end if;

    raise exception using
      errcode = 'WA002',
      message = format('the flow may not move from %s to %s', p_from, v_named),
      hint = coalesce(
        'There is no such state: correct the step function. There are ' || v_known || '.',
        'Declare the move in the flow''s flow.sql if it is meant, or correct the step function.'
      );
  end if;

  if p_moves > c_most_moves then
    raise exception using
      errcode = 'WA005',
      message = format('the flow keeps moving: %s leads on to %s', p_from, v_to),
      hint = 'A step that is entered must wait for an answer sooner or later: return the same state.';
  end if;
  return v_to;
end
$$;

comment on function wa.require_transition is
'The whole name of the state that a step moves to: one of its flow''s own, told by p_prefix, where p_to names one, else p_to. Raises WA002 unless wa.flow_transitions allows the move, and WA005 when it is one of too many that one message has caused.';
