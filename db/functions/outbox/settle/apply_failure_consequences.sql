create or replace function wa.apply_failure_consequences(p_failures jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pause record;
  v_events jsonb := '[]'::jsonb;
begin
  -- Numbers, then the queue's state, each in the order of its key: nobody waits in a circle. Alerts wait for nobody.
  insert into wa.recipient_blocks as block (user_id, template_name, error_code, ends_at, ends_when_user_writes)
  select distinct on (failure.user_id, failure.template_name)
    failure.user_id,
    failure.template_name,
    failure.class_code,
    failure.ends_at,
    failure.ends_when_user_writes
  from wa.list_failures(p_failures) as failure
  where failure.class = 'recipient'
    and failure.user_id is not null
  order by failure.user_id, failure.template_name, failure.id
  on conflict (user_id, template_name) do update
  set
    error_code = excluded.error_code,
    ends_at = excluded.ends_at,
    ends_when_user_writes = excluded.ends_when_user_writes;

  -- What the user told Meta holds for all marketing, not for this template alone.
  insert into wa.marketing_preferences as preference (user_id, is_stopped, changed_at)
  select distinct failure.user_id, true, clock_timestamp()
  from wa.list_failures(p_failures) as failure
  where failure.class_code = '131050'
    and failure.user_id is not null
  order by failure.user_id
  on conflict (user_id) do update
  set is_stopped = excluded.is_stopped, changed_at = excluded.changed_at;

  insert into wa.number_pace as pace (phone_number_id, held_until)
  select coalesce(failure.phone_number_id, ''), max(clock_timestamp() + failure.delay)
  from wa.list_failures(p_failures) as failure
  where failure.class = 'wait'
    and failure.scope = 'number'
  group by coalesce(failure.phone_number_id, '')
  order by coalesce(failure.phone_number_id, '')
  on conflict (phone_number_id) do update
  set held_until = greatest(pace.held_until, excluded.held_until);

  select
    format('error %s: %s', failure.class_code, failure.error_message) as reason,
    case failure.class when 'wait' then clock_timestamp() + failure.delay else failure.ends_at end as until
  into v_pause
  from wa.list_failures(p_failures) as failure
  where failure.class = 'stop'
    or (failure.class = 'wait' and failure.scope = 'account')
  order by until desc
  limit 1;

  if found then
    v_events := wa.pause_queue(v_pause.reason, v_pause.until);
  end if;

  insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
  select
    failure.alert_kind,
    failure.alert_key,
    (array_agg(failure.alert_detail order by failure.id desc))[1],
    count(*)
  from wa.list_failures(p_failures) as failure
  where failure.raises_alert
    or failure.decision = 'fail'
  group by failure.alert_kind, failure.alert_key;

  return v_events;
end
$$;

comment on function wa.apply_failure_consequences is
'What failed attempts mean beyond themselves: blocked recipients, users who stopped marketing, numbers that take a break, a paused queue, alerts. Returns events.';
