create or replace function wa.require_transition(p_from text, p_to text, p_moves integer)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A chain of states that each lead on at once is a mistake in a flow, not a conversation.
  c_most_moves constant integer := 8;
begin
  if not exists (
    select from wa.flow_transitions as transition
    where transition.from_state = p_from and transition.to_state = p_to
  ) then
    raise exception using
      errcode = 'WA002',
      message = format('the flow may not move from %s to %s', p_from, p_to),
      hint = 'Add the pair to wa.flow_transitions if the move is meant, or correct the step function.';
  end if;

  if p_moves > c_most_moves then
    raise exception using
      errcode = 'WA005',
      message = format('the flow keeps moving: %s leads on to %s', p_from, p_to),
      hint = 'A step that is entered must wait for an answer sooner or later: return the same state.';
  end if;
end
$$;

comment on function wa.require_transition is
'Raises WA002 unless wa.flow_transitions allows the move, and WA005 when it is one of too many that one message has caused.';
