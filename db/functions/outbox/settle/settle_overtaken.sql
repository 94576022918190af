create or replace function wa.settle_overtaken(
  p_ids bigint[],
  p_lock_tokens uuid[],
  p_wa_message_ids text[],
  p_durations_ms integer[],
  out sent integer,
  out stale integer,
  out events jsonb
)
returns record
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- How many come is not known when the plan is made: comparing each with each row is quick for few only.
set enable_nestloop = off
as $$
declare
  v_users uuid[];
  v_now constant timestamptz := clock_timestamp();
begin
  with held as materialized (
    select
      notification.id,
      notification.status,
      result.wa_message_id,
      result.duration_ms
    from unnest(p_ids, p_lock_tokens, p_wa_message_ids, p_durations_ms) as result (
      id, lock_token, wa_message_id, duration_ms
    )
    inner join public.notifications as notification
      on result.id = notification.id and result.lock_token = notification.lock_token
    -- Not only joined: as in wa.settle_accepted.
    where notification.id = any(p_ids)
      and (notification.status in ('sending', 'sent', 'delivered', 'read') or notification.in_doubt_since is not null)
    order by notification.id
    for update of notification
  ),

  settled as (
    update public.notifications as notification
    set
      status = case when held.status in ('queued', 'sending') then 'sent' else held.status end,
      sent_at = coalesce(notification.sent_at, v_now),
      wa_message_id = coalesce(held.wa_message_id, notification.wa_message_id),
      locked_until = null,
      in_doubt_since = null,
      wait_count = 0
    from held
    where notification.id = held.id and notification.id = any(p_ids)
    returning
      notification.id, notification.user_id, notification.kind, notification.recipient,
      notification.retry_count, notification.created_at, held.duration_ms,
      held.status in ('queued', 'sending') as is_news
  )

  select
    array_agg(settled.user_id) filter (where settled.kind = 'message' and settled.user_id is not null),
    coalesce(
      jsonb_agg(
        jsonb_build_object(
          'event', 'NOTIFY_SEND_OK',
          'level', 'info',
          'id', settled.id,
          -- As wa.mask_recipient does, without a call for each message.
          'recipient', left(settled.recipient, 4) || '***' || right(settled.recipient, 2),
          'retry_count', settled.retry_count,
          'duration_ms', settled.duration_ms,
          'queued_ms', round(extract(epoch from v_now - settled.created_at) * 1000)
        )
        order by settled.id
      ) filter (where settled.is_news),
      '[]'
    ),
    count(*),
    cardinality(p_ids) - (select count(*) from held)
  into v_users, events, sent, stale
  from settled;

  if v_users is not null then
    perform wa.release_successors(v_users);
  end if;
end
$$;

comment on function wa.settle_overtaken is
'As wa.settle_accepted, of notifications of which some are not being sent any more: a status came first, or the lease has run out. Locks them all, in the order of their ids, before it changes any.';
