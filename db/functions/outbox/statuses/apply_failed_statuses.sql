create or replace function wa.apply_failed_statuses(p_matched jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_failures jsonb;
  v_result jsonb;
begin
  -- A delivered message has not failed; one failure is applied once, however often Meta reports it.
  with failed as (
    update public.notifications as notification
    set
      wa_message_id = coalesce(notification.wa_message_id, matched.wa_message_id),
      error_code = matched.code,
      error_message = matched.message
    from (
      select distinct on (failure.notification_id)
        reported.place,
        failure.wa_message_id,
        case when failure.error ->> 'code' ~ '^[0-9]{1,9}$' then (failure.error ->> 'code')::integer end as code,
        coalesce(
          failure.error #>> '{error_data,details}', failure.error ->> 'message', failure.error ->> 'title'
        ) as message
      from jsonb_to_recordset(p_matched) as failure (
        notification_id bigint, wa_message_id text, status text, error jsonb
      )
      -- A probe for each, however many rows the planner expects.
      cross join lateral (
        select known.ctid as place from public.notifications as known where known.id = failure.notification_id limit 1
      ) as reported
      where failure.status = 'failed'
      order by failure.notification_id
    ) as matched
    where notification.ctid = matched.place
      and coalesce(notification.wa_message_id = matched.wa_message_id, true)
      and notification.status <> 'failed'
      and not (notification.status in ('queued', 'sending') and notification.wa_message_id is not null)
    returning
      notification.id,
      notification.status,
      notification.error_code,
      notification.error_message
  )

  select
    jsonb_agg(
      jsonb_build_object(
        'id', failed.id,
        'outcome', 'status_failed',
        'error_code', failed.error_code,
        'error_message', failed.error_message
      )
      order by failed.id
    ) filter (where failed.status not in ('delivered', 'read', 'cancelled')),
    jsonb_build_object('applied', count(*), 'events', '[]'::jsonb)
  into v_failures, v_result
  from failed;

  if v_failures is null then
    return v_result;
  end if;
  return v_result || jsonb_build_object('events', wa.apply_send_failures(v_failures) -> 'events');
end
$$;

comment on function wa.apply_failed_statuses is
'Applies the error class of messages that Meta accepted and then could not deliver to their notifications, which wa.match_statuses has locked.';
