create or replace function wa.requeue_failed_notification()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if old.status <> 'failed' or new.status not in ('queued', 'cancelled') then
    return new;
  end if;

  new.failed_at := null;

  if new.status = 'queued' and clock_timestamp() >= coalesce(
    new.expires_at,
    new.send_at + make_interval(secs => 86400 * wa.get_setting('requeue_within_days')::double precision)
  ) then
    new.status := 'cancelled';
    new.error_message := 'not queued again: too old to make sense';
    -- For the trigger that tells of it, once a statement.
    perform set_config(
      'wa.left_out', (coalesce(nullif(current_setting('wa.left_out', true), ''), '0')::integer + 1)::text, true
    );
  end if;

  if new.status = 'cancelled' then
    new.next_attempt_at := old.next_attempt_at;
    return new;
  end if;

  new.retries_forgiven := new.retry_count;
  new.wait_count := 0;
  new.in_doubt_since := null;
  new.blocked_by := null;
  new.waiting_for := null;
  new.lock_token := null;
  new.locked_until := null;

  -- The operator wants it sent: a block would only fail it again.
  delete from wa.recipient_blocks
  where recipient_blocks.user_id = new.user_id;

  perform wa.send_wake_up();
  return new;
end
$$;

alter function wa.requeue_failed_notification owner to wa_runtime;

comment on function wa.requeue_failed_notification is
'A failed notification that somebody queues again gets its full retries, loses its recipient''s block, and wakes the notifier. One past its expires_at, or without one and older than requeue_within_days, is cancelled instead.';

create or replace trigger notifications_requeue_failed
before update of status on public.notifications
for each row
when (current_user::text <> 'wa_runtime')
execute function wa.requeue_failed_notification();

comment on trigger notifications_requeue_failed on public.notifications is 'The runbook''s drain.';
