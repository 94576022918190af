create or replace function wa.apply_success_statuses(p_matched jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_applied integer;
  v_users uuid[];
  v_events jsonb;
begin
  with progress as materialized (
    select
      matched.notification_id,
      count(*) as status_count,
      max(case matched.status when 'sent' then 1 when 'delivered' then 2 when 'read' then 3 when 'played' then 3 end)
        as rank,
      min(matched.wa_message_id) as wa_message_id,
      min(matched.happened_at) as sent_at,
      min(matched.happened_at) filter (where matched.status = 'delivered') as delivered_at,
      min(matched.happened_at) filter (where matched.status in ('read', 'played')) as read_at
    from jsonb_to_recordset(p_matched) as matched (
      notification_id bigint, wa_message_id text, status text, happened_at timestamptz
    )
    where matched.status in ('sent', 'delivered', 'read', 'played')
    group by matched.notification_id
  ),

  before as materialized (
    select
      progress.*,
      notification.place,
      notification.status as old_status,
      case notification.status
        when 'sent' then 1 when 'delivered' then 2 when 'read' then 3
        -- Meta took the message back after it was sent: only delivery outweighs that.
        when 'failed' then 1
        else 0
      end as old_rank,
      -- A row that is being tried again after Meta took it back has left its old message behind.
      notification.status in ('queued', 'sending')
      and notification.wa_message_id is not distinct from progress.wa_message_id as is_superseded
    from progress
    -- A probe for each, however many rows the planner expects.
    cross join lateral (
      select reported.ctid as place, reported.status, reported.wa_message_id
      from public.notifications as reported
      where reported.id = progress.notification_id
      limit 1
    ) as notification
  ),

  moved as (
    update public.notifications as notification
    set
      status = case
        when before.rank > before.old_rank
          then (array['sent', 'delivered', 'read'])[before.rank]
        else notification.status
      end,
      wa_message_id = coalesce(notification.wa_message_id, before.wa_message_id),
      sent_at = coalesce(notification.sent_at, before.sent_at),
      delivered_at = coalesce(notification.delivered_at, before.delivered_at),
      read_at = coalesce(notification.read_at, before.read_at),
      waiting_for = null,
      locked_until = null,
      in_doubt_since = null,
      blocked_by = null
    from before
    where notification.ctid = before.place
      and not (before.is_superseded and before.rank = 1)
      and (
        before.rank > before.old_rank
        or (notification.delivered_at is null and before.delivered_at is not null)
        or (notification.read_at is null and before.read_at is not null)
      )
    returning
      notification.id, notification.user_id, notification.recipient, notification.retry_count,
      notification.created_at, before.status_count,
      before.old_status in ('queued', 'sending') as was_unsettled
  )

  select
    coalesce(sum(moved.status_count), 0),
    array_agg(moved.user_id) filter (where moved.was_unsettled and moved.user_id is not null),
    coalesce(
      jsonb_agg(
        jsonb_build_object(
          'event', 'NOTIFY_SEND_OK',
          'level', 'info',
          'id', moved.id,
          'recipient', wa.mask_recipient(moved.recipient),
          'retry_count', moved.retry_count,
          'proved_by', 'status'
        )
      ) filter (where moved.was_unsettled),
      '[]'
    )
  into v_applied, v_users, v_events
  from moved;

  if v_users is not null then
    perform wa.release_successors(v_users);
  end if;
  return jsonb_build_object('applied', v_applied, 'events', v_events);
end
$$;

comment on function wa.apply_success_statuses is
'Moves notifications, which wa.match_statuses has locked, forwards to sent, delivered or read, and settles those whose outcome was not known.';
