create or replace function wa.group_alerts()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Bounds the transaction; the next call takes the rest.
  c_most constant integer := 10000;
  v_now timestamptz;
  v_repeat interval;
  v_spike_since timestamptz;
  v_is_spike boolean;
  v_group record;
begin
  if not exists (select from wa.alert_occurrences)
    or not pg_try_advisory_xact_lock(hashtextextended('wa.alerts', 0))
  then
    return;
  end if;

  v_now := clock_timestamp();
  v_repeat := make_interval(secs => wa.get_setting('alert_repeat_seconds')::double precision);
  v_spike_since := v_now
    - make_interval(secs => wa.get_setting('invalid_sender_spike_seconds')::double precision);

  delete from wa.alert_occurrences as occurrence
  where occurrence.kind = 'invalid_sender_spike'
    and occurrence.occurred_at < v_spike_since;

  v_is_spike := (
    select coalesce(sum(occurrence.seen_count), 0) >= wa.get_setting('invalid_sender_spike_count')::integer
    from wa.alert_occurrences as occurrence
    where occurrence.kind = 'invalid_sender_spike'
  );

  for v_group in
    with taken as (
      delete from wa.alert_occurrences as occurrence
      where occurrence.id = any(
        array(
          select due.id
          from wa.alert_occurrences as due
          where due.kind <> 'invalid_sender_spike' or v_is_spike
          order by due.id
          limit c_most
        )
      )
      returning occurrence.*
    )

    select
      taken.kind,
      taken.group_key,
      (array_agg(taken.detail order by taken.id desc))[1] as detail,
      sum(taken.seen_count) as seen_count,
      min(taken.occurred_at) as first_seen_at,
      max(taken.occurred_at) as last_seen_at
    from taken
    group by taken.kind, taken.group_key
    order by taken.kind, taken.group_key
  loop
    insert into wa.alerts as alert (kind, group_key, detail, seen_count, first_seen_at, last_seen_at)
    values (
      v_group.kind, v_group.group_key, v_group.detail, v_group.seen_count, v_group.first_seen_at, v_group.last_seen_at
    )
    on conflict (kind, group_key) do update
    set
      detail = excluded.detail,
      last_seen_at = excluded.last_seen_at,
      -- After a time of quiet it is another incident, and counted from one.
      seen_count = excluded.seen_count + case
        when alert.delivered_count = alert.seen_count and excluded.first_seen_at - alert.last_seen_at > v_repeat then 0
        else alert.seen_count
      end,
      first_seen_at = case
        when alert.delivered_count = alert.seen_count and excluded.first_seen_at - alert.last_seen_at > v_repeat
          then excluded.first_seen_at
        else alert.first_seen_at
      end,
      delivered_count = case
        when alert.delivered_count = alert.seen_count and excluded.first_seen_at - alert.last_seen_at > v_repeat then 0
        else alert.delivered_count
      end,
      next_attempt_at = case when alert.given_up_at is null then alert.next_attempt_at else v_now end,
      attempt_count = case when alert.given_up_at is null then alert.attempt_count else 0 end,
      given_up_at = null;
  end loop;
end
$$;

comment on function wa.group_alerts is
'Moves what has happened into wa.alerts, one row for each kind and group with a count. Messages of invalid senders become an alert only as a spike. One caller at a time; others return at once.';
