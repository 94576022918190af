create or replace function wa.summarize_retention()
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'last_started_at', state.last_started_at,
    'last_finished_at', state.last_finished_at,
    'oldest_event_at', oldest.received_at,
    'events_ttl_days', wa.get_setting('events_ttl_days'),
    'logs_ttl_days', wa.get_setting('logs_ttl_days'),
    'is_behind', coalesce(
      oldest.received_at
      < now() - make_interval(secs => 86400 * (1 + (wa.get_setting('events_ttl_days'))::double precision)),
      false
    ),
    'snapshots_in_last_hour', (
      select count(*)
      from (
        select
        from public.webhook_logs as log
        where log.received_at > now() - interval '1 hour' and log.kind = 'snapshot'
        limit 10000
      ) as snapshot
    ),
    'log_partitions', case when not wa.is_on_node() then (
      select jsonb_build_object(
        'count', count(*),
        'first', min(right(partition.relname, 8)),
        'last', max(right(partition.relname, 8)),
        'covers_tomorrow', coalesce(
          max(right(partition.relname, 8)) > to_char(now() at time zone 'UTC', 'YYYYMMDD'), false
        )
      )
      from pg_catalog.pg_inherits as link
      inner join pg_catalog.pg_class as partition on partition.oid = link.inhrelid
      where link.inhparent = 'public.webhook_logs'::regclass
        and partition.relname ~ '^webhook_logs_[0-9]{8}$'
    ) end
  )
  from wa.retention_state as state
  cross join (
    -- What failed is kept until somebody has looked at it.
    select min(event.received_at) as received_at
    from public.wa_events as event
    where event.status <> 'failed'
  ) as oldest
$$;

comment on function wa.summarize_retention is
'When retention ran, whether it is behind (the oldest event that has not failed is a day past its time), the partitions of webhook_logs by day (UTC; null on a node of a cluster, where there are none), and how many snapshots debugging has left in the last hour (10,000: or more).';
