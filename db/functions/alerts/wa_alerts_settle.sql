create or replace function public.wa_alerts_settle(results jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_outcome jsonb;
  v_now constant timestamptz := clock_timestamp();
  v_jitter constant double precision := 1 + random() / 4;
begin
  with settled as (
    update wa.alerts as alert
    set
      lock_token = null,
      delivered_count = case when result.delivered then result.new_count else alert.delivered_count end,
      delivered_at = case when result.delivered then v_now else alert.delivered_at end,
      attempt_count = case when result.delivered then 0 else alert.attempt_count + 1 end,
      given_up_at = case when result.is_given_up then v_now end,
      next_attempt_at = case when result.is_given_up then 'infinity' else result.next_attempt_at end
    from (
      select
        given.id,
        given.lock_token,
        given.delivered,
        coalesce(given.count, 0) as new_count,
        not given.delivered
        and claimed.attempt_count + 1 >= wa.get_setting('alert_max_attempts')::integer as is_given_up,
        v_now + make_interval(
          secs => case
            when given.delivered then wa.get_setting('alert_repeat_seconds')::double precision
            else least(3600, 30 * power(2, least(claimed.attempt_count, 10))) * v_jitter
          end
        ) as next_attempt_at
      from jsonb_to_recordset(wa_alerts_settle.results) as given (
        id bigint, lock_token uuid, delivered boolean, count integer
      )
      inner join wa.alerts as claimed on given.id = claimed.id
    ) as result
    where alert.id = result.id
      and alert.lock_token = result.lock_token
    returning result.delivered, result.is_given_up
  )

  select jsonb_build_object(
    'delivered', count(*) filter (where settled.delivered),
    'retried', count(*) filter (where not settled.delivered and not settled.is_given_up),
    'given_up', count(*) filter (where settled.is_given_up),
    'stale', jsonb_array_length(wa_alerts_settle.results) - count(*)
  ) into v_outcome
  from settled;

  return v_outcome;
end
$$;

alter function public.wa_alerts_settle owner to wa_runtime;

comment on function public.wa_alerts_settle is
'Takes whether claimed alerts were delivered: an array of {"id", "lock_token", "delivered", "count"}, count being the one that was posted. An alert that was not is tried again, later each time, and given up after alert_max_attempts. Returns counts.';

grant execute on function public.wa_alerts_settle to wa_notifier_role;
