create or replace function public.wa_alerts_settle(results jsonb)
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  with settled as (
    update wa.alerts as alert
    set
      lock_token = null,
      delivered_count = case when result.delivered then result.new_count else alert.delivered_count end,
      delivered_at = case when result.delivered then clock_timestamp() else alert.delivered_at end,
      attempt_count = case when result.delivered then 0 else alert.attempt_count + 1 end,
      next_attempt_at = clock_timestamp() + make_interval(
        secs => case
          when result.delivered then wa.get_setting('alert_repeat_seconds')::double precision
          else least(3600, 30 * power(2, least(alert.attempt_count, 10))) * (1 + random() / 4)
        end
      )
    from (
      select given.id, given.lock_token, given.delivered, coalesce(given.count, 0) as new_count
      from jsonb_to_recordset(wa_alerts_settle.results) as given (
        id bigint, lock_token uuid, delivered boolean, count integer
      )
    ) as result
    where alert.id = result.id
      and alert.lock_token = result.lock_token
    returning result.delivered
  )

  select jsonb_build_object(
    'delivered', count(*) filter (where settled.delivered),
    'retried', count(*) filter (where not settled.delivered),
    'stale', jsonb_array_length(wa_alerts_settle.results) - count(*)
  )
  from settled;
$$;

grant create on schema public to wa_runtime;
alter function public.wa_alerts_settle(jsonb) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_alerts_settle(jsonb) is
'Takes whether claimed alerts were delivered: an array of {"id", "lock_token", "delivered", "count"}, count being the one that was posted. An alert that was not is tried again, later each time.';

revoke all on function public.wa_alerts_settle(jsonb) from public;
grant execute on function public.wa_alerts_settle(jsonb) to wa_notifier_role;
