create or replace function wa.wake_notifier()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Commits that notify wait for each other, through the flush to disk, so that as few as possible do: none while
  -- the notifier is busy anyway, else one at a time. It looks again after what it was woken for.
  perform
  from wa.queue_state as state
  where state.notifier_waits
  for no key update skip locked;

  if found then
    perform wa.send_wake_up();
  end if;
end
$$;

comment on function wa.wake_notifier is
'Wakes the notifiers that listen on wa_notifications, when this transaction commits, unless all of them are busy or another transaction is about to wake them.';
