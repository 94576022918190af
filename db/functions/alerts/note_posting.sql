create or replace function wa.note_posting(p_are_posted boolean)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Nobody waits for it: whoever holds the row, the next look notes it.
  update wa.queue_state
  set alerts_are_posted = p_are_posted
  where queue_state.ctid = any(
    array(
      select state.ctid
      from wa.queue_state as state
      where state.alerts_are_posted is distinct from p_are_posted
      for update skip locked
    )
  );
end
$$;

comment on function wa.note_posting is
'Notes whether the notifier that looks for alerts has somewhere to post them.';
