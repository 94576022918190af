create or replace function public.wa_alerts_claim(worker text)
returns table (id bigint, lock_token uuid, alert jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
#variable_conflict use_column
declare
  v_now timestamptz;
  v_token constant uuid := gen_random_uuid();
begin
  perform wa.warn_of_waiting();
  perform wa.group_alerts();

  perform wa.note_posting(true);

  v_now := clock_timestamp();
  return query
  with claimed as (
    update wa.alerts as taken
    set
      lock_token = v_token,
      -- Longer than any time-out of a delivery.
      next_attempt_at = v_now + interval '90 seconds'
    where taken.id = any(
      array(
        select due.id
        from wa.alerts as due
        where due.delivered_count < due.seen_count
          and due.next_attempt_at <= v_now
        order by due.next_attempt_at
        limit 10
        for update skip locked
      )
    )
    returning taken.*
  )

  select
    claimed.id,
    claimed.lock_token,
    jsonb_build_object(
      'kind', claimed.kind,
      'group_key', claimed.group_key,
      'level', coalesce(known.level, 'error'),
      'meaning', concat_ws(' ', known.meaning, class.description),
      'next_step', known.next_step,
      'count', claimed.seen_count,
      'new_count', claimed.seen_count - claimed.delivered_count,
      'first_seen_at', claimed.first_seen_at,
      'last_seen_at', claimed.last_seen_at,
      'detail', claimed.detail,
      'reported_by', wa_alerts_claim.worker
    )
  from claimed
  left join wa.alert_kinds as known on claimed.kind = known.kind
  left join wa.send_error_classes as class
    on claimed.group_key = class.code
    and claimed.kind in ('send_error', 'notification_failed');
end
$$;

alter function public.wa_alerts_claim owner to wa_runtime;

comment on function public.wa_alerts_claim is
'Hands a worker up to ten alerts with news, for 90 seconds. alert is what to post: kind, group_key, level, meaning, next_step, counts, times, and detail. meaning has what an error code of a send means; detail is without anything personal. Settled with wa_alerts_settle.';

grant execute on function public.wa_alerts_claim to wa_notifier_role;
