create or replace function wa.summarize_kept_payloads()
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with waiting as (
    select kept.reason, kept.received_at
    from wa.kept_payloads as kept
    where kept.replayed_at is null and kept.reason <> 'text_replaced'
    order by kept.id desc
    limit 10000
  ),

  counted as (
    select waiting.reason, count(*) as payloads, min(waiting.received_at) as oldest_at
    from waiting
    group by waiting.reason
  )

  select coalesce(
    jsonb_agg(
      to_jsonb(counted) || jsonb_build_object(
        'first_goes_at',
        counted.oldest_at
        + make_interval(secs => 86400 * wa.get_setting('kept_payloads_waiting_ttl_days')::double precision)
      )
      order by counted.payloads desc, counted.reason
    ),
    '[]'
  )
  from counted
$$;

comment on function wa.summarize_kept_payloads is
'Signed payloads that wait for a person, by reason, with count (of the newest 10,000) the oldest, and when that one is deleted.';
