create or replace function wa.send_wake_up()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A queue that is full fails the commit, where nothing catches it. Polling finds what nobody is woken for.
  if pg_notification_queue_usage() < 0.5 then
    perform pg_notify('wa_notifications', '');
  end if;
end
$$;

comment on function wa.send_wake_up is
'Wakes the notifiers that listen on wa_notifications when this transaction commits, unless the server''s queue of notifications is filling up.';
