create or replace function wa.requeue_failed_notification()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  new.retries_forgiven := new.retry_count;
  new.wait_count := 0;
  new.failed_at := null;
  new.in_doubt_since := null;
  new.blocked_by := null;
  new.waiting_for := null;
  new.lock_token := null;
  new.locked_until := null;

  -- The operator wants it sent: a block would only fail it again.
  delete from wa.recipient_blocks
  where recipient_blocks.user_id = new.user_id;

  perform pg_notify('wa_notifications', '');
  return new;
end
$$;

alter function wa.requeue_failed_notification owner to wa_runtime;

comment on function wa.requeue_failed_notification is
'A failed notification that somebody queues again gets its full retries, loses its recipient''s block, and wakes the notifier.';

create or replace trigger notifications_requeue_failed
before update of status on public.notifications
for each row
when (old.status = 'failed' and new.status = 'queued')
execute function wa.requeue_failed_notification();

comment on trigger notifications_requeue_failed on public.notifications is 'The runbook''s drain.';
