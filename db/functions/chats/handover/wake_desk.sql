create or replace function wa.wake_desk(p_user_id uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A queue that is full fails the commit, where nothing catches it. Who watches looks again from time to time.
  if pg_notification_queue_usage() < 0.5 then
    perform pg_notify('wa_desk', p_user_id::text);
  end if;
end
$$;

comment on function wa.wake_desk is
'Tells those who listen on wa_desk, when this transaction commits, that something changed in a conversation that a person has or waits for: whose, by user_id. Unless the server''s queue of notifications is filling up.';
