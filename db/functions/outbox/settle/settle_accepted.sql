create or replace function wa.settle_accepted(
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
-- Whatever settles several rows locks them in the order of their ids, in which the index gives them.
set enable_bitmapscan = off
as $$
declare
  v_users uuid[];
  v_now constant timestamptz := clock_timestamp();
begin
  begin
    with settled as (
      update public.notifications as notification
      set
        status = 'sent',
        sent_at = coalesce(notification.sent_at, v_now),
        wa_message_id = coalesce(
          p_wa_message_ids[array_position(p_ids, notification.id)], notification.wa_message_id
        ),
        locked_until = null,
        in_doubt_since = null,
        wait_count = 0
      -- No join: one that was planned on an empty table would read all of a full one.
      where notification.id = any(p_ids)
        and notification.lock_token = p_lock_tokens[array_position(p_ids, notification.id)]
        and notification.status = 'sending'
      returning
        notification.id, notification.user_id, notification.kind, notification.recipient,
        notification.retry_count, notification.created_at,
        p_durations_ms[array_position(p_ids, notification.id)] as duration_ms
    )

    select
      array_agg(settled.user_id) filter (where settled.kind = 'message' and settled.user_id is not null),
      coalesce(jsonb_agg(told order by settled.id), '[]'),
      count(*),
      0
    into v_users, events, sent, stale
    from settled
    -- A row: what types an object is built of is looked up anew for each of its keys and values.
    cross join lateral (
      select
        'NOTIFY_SEND_OK' as event,
        'info' as level,
        settled.id,
        -- As wa.mask_recipient does, without a call for each message.
        left(settled.recipient, 4) || '***' || right(settled.recipient, 2) as recipient,
        settled.retry_count,
        settled.duration_ms,
        round(extract(epoch from v_now - settled.created_at) * 1000) as queued_ms
    ) as told;

    if sent < cardinality(p_ids) then
      raise no_data_found;
    end if;
  exception
    when no_data_found then
      select overtaken.sent, overtaken.stale, overtaken.events into sent, stale, events
      from wa.settle_overtaken(p_ids, p_lock_tokens, p_wa_message_ids, p_durations_ms) as overtaken;
      return;
  end;

  if v_users is not null then
    perform wa.release_successors(v_users);
  end if;
end
$$;

comment on function wa.settle_accepted is
'Settles accepted notifications that the worker, by their lock tokens, still owns, in one update where all of them are still being sent; else nothing of that stays, and wa.settle_overtaken settles them. Whoever shows the token of a lease settles the row, also when the lease has run out but nobody else has claimed the row since: what this worker knows is what the row in doubt waits for. A row that a status has settled already makes no second event.';
