create or replace function wa.apply_send_failures(p_failures jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_settled_users uuid[];
  v_consequences jsonb;
  v_result jsonb;
  v_now constant timestamptz := clock_timestamp();
begin
  with decided as materialized (
    select decision.*, v_now + decision.delay as again_at, failed.place
    from wa.decide_failures(p_failures) as decision
    -- A probe for each, however many rows the planner expects.
    cross join lateral (
      select known.ctid as place from public.notifications as known where known.id = decision.id limit 1
    ) as failed
  ),

  changed as (
    update public.notifications as notification
    set
      status = case when decided.decision = 'fail' then 'failed' when decided.decision = 'cancel' then 'cancelled' else 'queued' end,
      next_attempt_at = case
        when decided.decision = 'wait_for_user' then null
        when decided.decision = 'stop' then v_now
        when decided.decision = 'send_template' then v_now
        else decided.again_at
      end,
      retry_count = notification.retry_count + (decided.decision in ('retry', 'in_doubt'))::integer,
      wait_count = case when decided.decision = 'wait' then notification.wait_count + 1 else 0 end,
      waiting_for = case when decided.decision = 'wait_for_user' then 'user' end,
      in_doubt_since = case when decided.decision = 'in_doubt' then v_now end,
      failed_at = case when decided.decision = 'fail' then v_now end,
      payload = case
        when decided.decision = 'send_template' then notification.fallback_template else notification.payload
      end,
      locked_until = null,
      error_code = decided.error_code,
      error_message = coalesce(decided.error_message, (decided.error_class).description),
      fbtrace_id = decided.fbtrace_id
    from decided
    where notification.ctid = decided.place
    returning
      notification.id,
      notification.user_id,
      notification.recipient,
      notification.phone_number_id,
      notification.payload,
      notification.status,
      notification.next_attempt_at,
      notification.retry_count,
      notification.open_user_id,
      notification.error_code,
      notification.error_message,
      decided.decision,
      decided.delay,
      decided.outcome,
      decided.http_status,
      (decided.error_class).code as class_code,
      (decided.error_class).class as class,
      (decided.error_class).scope as scope,
      (decided.error_class).first_delay_seconds as first_delay_seconds,
      (decided.error_class).ends_when_user_writes as ends_when_user_writes,
      (decided.error_class).raises_alert as raises_alert
  )

  select
    jsonb_build_object(
      'retried', count(*) filter (where changed.decision in ('retry', 'send_template', 'stop')),
      'waiting', count(*) filter (where changed.decision in ('wait', 'wait_for_user')),
      'in_doubt', count(*) filter (where changed.decision = 'in_doubt'),
      'failed', count(*) filter (where changed.decision in ('fail', 'cancel')),
      'events', coalesce(jsonb_agg(wa.describe_send_failure(to_jsonb(changed.*)) order by changed.id), '[]')
    ),
    jsonb_agg(to_jsonb(changed.*) order by changed.id) filter (
      where changed.class in ('recipient', 'stop')
        or changed.scope in ('number', 'account')
        or changed.raises_alert
        or changed.decision = 'fail'
    ),
    array_agg(changed.user_id) filter (where changed.open_user_id is null and changed.user_id is not null)
  into v_result, v_consequences, v_settled_users
  from changed;

  if v_settled_users is not null then
    perform wa.release_successors(v_settled_users);
  end if;
  if v_consequences is not null then
    v_result := v_result || jsonb_build_object(
      'events', v_result -> 'events' || wa.apply_failure_consequences(v_consequences)
    );
  end if;
  return v_result;
end
$$;

comment on function wa.apply_send_failures is
'Applies failed attempts to their notifications, which the caller has locked. Each has id, outcome (rejected, not_sent, unknown, lease_expired, stale_media, or status_failed for one that Meta took back), http_status, error_code, error_message, fbtrace_id and retry_after_seconds. Returns counts and events.';
