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
  )

  select jsonb_build_object(
    'spans', (select jsonb_agg(counted.counts order by counted.position) from counted),
    'last_received_at', (select max(event.received_at) from public.wa_events as event),
    'is_capped', (select count(*) = 10000 from recent)
  )
$$;

comment on function wa.summarize_traffic is
'Inbound messages by status in the last five minutes, hour and day (of the newest 10,000; is_capped: there are more), and when the last one came.';
