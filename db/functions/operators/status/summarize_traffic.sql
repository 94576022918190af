create or replace function wa.summarize_traffic()
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with recent as materialized (
    select event.status, event.received_at
    from public.wa_events as event
    where event.received_at > now() - interval '24 hours'
    order by event.received_at desc
    limit 10000
  ),

  counted as (
    select
      span.position,
      jsonb_build_object(
        'span', span.name,
        'processed', count(recent.status) filter (where recent.status = 'processed'),
        'failed', count(recent.status) filter (where recent.status = 'failed'),
        'invalid_sender', count(recent.status) filter (where recent.status = 'invalid_sender'),
        'ignored', count(recent.status) filter (where recent.status = 'ignored')
      ) as counts
    from (
      values
      (1, '5 minutes', interval '5 minutes'),
      (2, '1 hour', interval '1 hour'),
      (3, '24 hours', interval '24 hours')
    ) as span (position, name, length)
    left join recent on recent.received_at > now() - span.length
    group by span.position, span.name
  ),

  sent as materialized (
    select notification.created_at
    from public.notifications as notification
    where notification.turn_at is null
      and notification.created_at > now() - interval '24 hours'
      and notification.status in ('sent', 'delivered', 'read')
    order by notification.created_at desc
    limit 10000
  ),

  moment as (
    select date_trunc('hour', recent.received_at) as hour, recent.status
    from recent
    union all
    select date_trunc('hour', sent.created_at), 'sent'
    from sent
  ),

  hourly as (
    select
      hour.at,
      count(moment.status) filter (where moment.status not in ('failed', 'sent')) as received,
      count(moment.status) filter (where moment.status = 'failed') as failed,
      count(moment.status) filter (where moment.status = 'sent') as sent
    from generate_series(
      date_trunc('hour', now()) - interval '23 hours', date_trunc('hour', now()), interval '1 hour'
    ) as hour (at)
    left join moment on moment.hour = hour.at
    group by hour.at
  ),

  newest as materialized (
    select
      last_one.received_at,
      -- So many days back it is the same time of a day before the last message.
      make_interval(days => ceil(greatest(wa.seconds_since(last_one.received_at), 1) / 86400)::integer) as days_back
    from (select max(event.received_at) as received_at from public.wa_events as event) as last_one
    where isfinite(last_one.received_at)
  ),

  usual as materialized (
    select
    from public.wa_events as event
    where event.received_at <= now() - (select newest.days_back from newest)
      and event.received_at > now() - (select newest.days_back from newest) - interval '3 hours'
    limit 3
  )

  select jsonb_build_object(
    'spans', (select jsonb_agg(counted.counts order by counted.position) from counted),
    'hours', (select jsonb_agg(to_jsonb(hourly) order by hourly.at) from hourly),
    'last_received_at', (select max(event.received_at) from public.wa_events as event),
    'signatures_refused_at', (
      select max(refused.at)
      from (
        select alert.last_seen_at as at from wa.alerts as alert where alert.kind = 'signatures_refused'
        union all
        select occurrence.occurred_at from wa.alert_occurrences as occurrence
        where occurrence.kind = 'signatures_refused'
      ) as refused
      -- A handler says so each hour for as long as it lasts.
      where refused.at > now() - interval '2 hours'
        and refused.at > coalesce((select newest.received_at from newest), '-infinity')
    ),
    'is_unusually_silent', coalesce(
      (select newest.received_at < now() - interval '3 hours' from newest) and (select count(*) = 3 from usual),
      false
    ),
    'is_capped', (select count(*) = 10000 from recent)
  )
$$;

comment on function wa.summarize_traffic is
'Inbound messages by status in the last five minutes, hour and day (of the newest 10,000; is_capped: there are more), and when the last one came, which is unusually long ago where it is three hours and there were three messages in those hours of the day before it; when a handler last said that it refuses all signatures, where nothing has come since (signatures_refused_at, null: it does not); for each of the last 24 hours those received, failed, and sent of what was queued then.';
