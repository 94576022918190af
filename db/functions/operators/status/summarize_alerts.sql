create or replace function wa.summarize_alerts()
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with held as (
    select
      alert.kind,
      alert.group_key,
      alert.seen_count - alert.delivered_count as news,
      alert.last_seen_at,
      alert.attempt_count,
      -- An alert that was told lately is held back on purpose, until alert_repeat_seconds are over.
      alert.next_attempt_at < now() - interval '5 minutes' or alert.attempt_count > 0 as is_stuck,
      coalesce(queue.alerts_are_posted, true) as is_posted
    from wa.alerts as alert
    cross join wa.queue_state as queue
    where alert.delivered_count < alert.seen_count
    union all
    -- A notifier groups these within seconds; without one they stay here.
    select
      occurrence.kind,
      occurrence.group_key,
      sum(occurrence.seen_count),
      max(occurrence.occurred_at),
      0,
      min(occurrence.occurred_at) < now() - interval '5 minutes',
      true
    from wa.alert_occurrences as occurrence
    where occurrence.kind <> 'invalid_sender_spike'
    group by occurrence.kind, occurrence.group_key
    order by last_seen_at desc
    limit 20
  )

  select coalesce(jsonb_agg(to_jsonb(held) order by held.last_seen_at desc), '[]')
  from held
$$;

comment on function wa.summarize_alerts is
'The twenty latest alerts that nobody has been told of yet: those that no notifier has grouped yet included: how often each happened since it was last delivered, failed deliveries in a row, and whether it is stuck, which is to say that they fail or that nobody tries, and whether the notifier has somewhere to post it.';
