create or replace function public.wa_alerts_claim(worker text)
returns table (id bigint, lock_token uuid, alert jsonb)
language sql
volatile
security definer
set search_path = ''
as $$
  with due as materialized (
    select candidate.id
    from wa.alerts as candidate
    where candidate.delivered_count < candidate.seen_count
      and candidate.next_attempt_at <= clock_timestamp()
    order by candidate.next_attempt_at
    limit 10
    for update skip locked
  )

  update wa.alerts as claimed
  set
    lock_token = gen_random_uuid(),
    next_attempt_at = clock_timestamp() + interval '60 seconds'
  from due
  where claimed.id = due.id
  returning
    claimed.id,
    claimed.lock_token,
    jsonb_build_object(
      'kind', claimed.kind,
      'group_key', claimed.group_key,
      'count', claimed.seen_count,
      'new_count', claimed.seen_count - claimed.delivered_count,
      'first_seen_at', claimed.first_seen_at,
      'last_seen_at', claimed.last_seen_at,
      'detail', claimed.detail,
      'reported_by', wa_alerts_claim.worker
    );
$$;

grant create on schema public to wa_runtime;
alter function public.wa_alerts_claim(text) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_alerts_claim(text) is
'Hands a worker up to ten alerts with news, for a minute. alert is what to post: kind, group_key, counts, times, and detail without anything personal. Settled with wa_alerts_settle.';

revoke all on function public.wa_alerts_claim(text) from public;
grant execute on function public.wa_alerts_claim(text) to wa_notifier_role;
