create or replace function wa.wake_notifier()
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Commits that notify wait for each other; a notifier that is busy anyway needs no waking.
  perform pg_notify('wa_notifications', '')
  from wa.queue_state
  where queue_state.notifier_waits;
end
$$;

comment on function wa.wake_notifier() is
'Wakes the notifiers that listen on wa_notifications, when this transaction commits and unless all of them are busy.';

revoke all on function wa.wake_notifier() from public;
grant execute on function wa.wake_notifier() to wa_runtime;
