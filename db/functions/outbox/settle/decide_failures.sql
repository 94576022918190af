create or replace function wa.decide_failures(p_failures jsonb)
returns table (
  id bigint,
  decision text,
  delay interval,
  outcome text,
  http_status integer,
  error_code integer,
  error_message text,
  fbtrace_id text,
  error_class wa.send_error_classes
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select
    failure.id,
    case
      when known.class in ('retry', 'in_doubt')
        and notification.retry_count - notification.retries_forgiven >= known.max_retries
        then 'fail'
      when known.class in ('message', 'recipient') then 'fail'
      when known.class <> 'window' then known.class
      when notification.payload ->> 'type' is not distinct from 'template' then 'fail'
      when notification.outside_window = 'wait' then 'wait_for_user'
      when notification.outside_window = 'template' then 'send_template'
      else 'cancel'
    end,
    wa.back_off(
      case known.class
        when 'in_doubt' then wa.get_setting('in_doubt_seconds')::double precision
        else known.first_delay_seconds
      end,
      case known.class when 'in_doubt' then 1 else known.delay_factor end,
      case known.class
        when 'in_doubt' then wa.get_setting('in_doubt_seconds')::double precision
        else known.max_delay_seconds
      end,
      case known.class
        when 'wait' then notification.wait_count
        else notification.retry_count - notification.retries_forgiven
      end,
      failure.retry_after_seconds
    ),
    failure.outcome,
    failure.http_status,
    failure.error_code,
    failure.error_message,
    failure.fbtrace_id,
    known
  from jsonb_to_recordset(p_failures) as failure (
    id bigint,
    outcome text,
    http_status integer,
    error_code integer,
    error_message text,
    fbtrace_id text,
    retry_after_seconds numeric
  )
  -- A probe for each, however many rows the planner expects.
  cross join lateral (
    select failed.* from public.notifications as failed where failed.id = failure.id limit 1
  ) as notification
  cross join lateral wa.classify_send_error(failure.outcome, failure.error_code, failure.http_status) as known;
end
$$;

comment on function wa.decide_failures is
'What becomes of each failed attempt: fail, cancel, retry, wait, in_doubt, stop, wait_for_user or send_template, and after which delay.';
