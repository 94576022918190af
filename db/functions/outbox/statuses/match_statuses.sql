create or replace function wa.match_statuses(p_statuses jsonb)
returns table (
  notification_id bigint,
  wa_message_id text,
  status text,
  happened_at timestamptz,
  error jsonb
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  with received as materialized (
    select
      status.value ->> 'id' as wa_message_id,
      status.value ->> 'status' as status,
      status.value ->> 'phone_number_id' as phone_number_id,
      case
        when status.value ->> 'biz_opaque_callback_data' ~ '^[0-9]{1,18}$'
          then (status.value ->> 'biz_opaque_callback_data')::bigint
      end as callback_id,
      case
        when status.value ->> 'timestamp' ~ '^[0-9]{1,10}$'
          then to_timestamp((status.value ->> 'timestamp')::double precision)
        else clock_timestamp()
      end as happened_at,
      status.value #> '{errors,0}' as error
    from jsonb_array_elements(p_statuses) as status
  ),

  -- Other apps of the account may use the same callback data: it counts for a row that was sent from that
  -- number, and, once the row's message id is known to be another, only as proof of delivery.
  candidate as materialized (
    select notification.id
    from public.notifications as notification
    where notification.id in (select received.callback_id from received)
    union
    select notification.id
    from public.notifications as notification
    where notification.wa_message_id in (select received.wa_message_id from received)
  ),

  held as materialized (
    select
      notification.id,
      notification.wa_message_id,
      notification.phone_number_id,
      notification.status <> 'queued' or notification.last_attempt_at is not null as was_attempted
    from public.notifications as notification
    where notification.id in (select candidate.id from candidate)
    order by notification.id
    for update
  )

  select matched.id, received.wa_message_id, received.status, received.happened_at, received.error
  from received
  left join lateral (
    select held.id
    from held
    where (
      held.id = received.callback_id
      and held.was_attempted
      and coalesce(held.phone_number_id = received.phone_number_id, true)
    )
    or held.wa_message_id = received.wa_message_id
    order by (held.id = received.callback_id) desc nulls last
    limit 1
  ) as matched on true;
end
$$;

comment on function wa.match_statuses is
'Finds and locks, in id order, the notifications that statuses speak of: by our callback data, else by Meta''s message id.';
