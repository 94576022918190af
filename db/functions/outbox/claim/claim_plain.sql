create or replace function wa.claim_plain(
  p_number text,
  p_worker text,
  p_wanted integer,
  p_lease interval,
  p_window_opens timestamptz,
  p_pair_interval interval,
  p_pair_burst double precision
)
returns table (
  id bigint,
  lock_token uuid,
  payload jsonb,
  address text,
  created_at timestamptz,
  retry_count integer
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Each row is another user's: what was looked up for one serves no other.
set enable_memoize = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_timestamp();
  v_token uuid := gen_random_uuid();
  v_user uuid;
  v_users uuid[] := array[]::uuid[];
begin
  for id, lock_token, payload, address, created_at, retry_count, v_user in
    with due as materialized (
      select
        notification.ctid as place,
        notification.id,
        notification.user_id,
        notification.recipient,
        notification.send_at,
        notification.status = 'queued'
        and notification.kind = 'message'
        and notification.waiting_for is null
        and notification.in_doubt_since is null
        and (notification.expires_at <= v_now) is not true
        and notification.payload ->> 'type' <> 'template' as is_plain
      from public.notifications as notification
      where notification.turn_at <= v_now
        -- Not while its lease runs.
        and (notification.status = 'queued' or notification.locked_until <= v_now)
        and notification.priority = 0
        and coalesce(notification.phone_number_id, '') = p_number
      -- All columns of the index, as in wa.judge_due.
      order by coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at, notification.id
      limit p_wanted
      for update skip locked
    ),

    leased as (
      update public.notifications as notification
      set
        status = 'sending',
        locked_by = p_worker,
        lock_token = v_token,
        locked_until = v_now + p_lease,
        last_attempt_at = v_now,
        blocked_by = null
      from (
        select due.place, coalesce(profile.whatsapp_e164, profile.wa_user_id, due.recipient) as address
        from due
        -- A probe for each row, however many rows the planner expects.
        cross join lateral (
          select sender.whatsapp_e164, sender.wa_user_id
          from public.profiles as sender
          where sender.user_id = due.user_id and sender.opted_out_at is null
          limit 1
        ) as profile
        where due.is_plain
          and (
            select max(written.last_inbound_at)
            from wa.service_windows as written
            where written.user_id = due.user_id and (p_number = '' or written.phone_number_id = p_number)
          ) > p_window_opens
          -- Not exists: as in wa.judge_due.
          and (
            select earlier.id from public.notifications as earlier
            where earlier.open_user_id = due.user_id and (earlier.send_at, earlier.id) < (due.send_at, due.id)
            order by earlier.send_at, earlier.id
            limit 1
          ) is null
          and (select block.user_id from wa.recipient_blocks as block where block.user_id = due.user_id limit 1) is null
          and (
            p_pair_interval <= interval '0' or (
              (
                select pace.paid_until from wa.pair_pace as pace
                where pace.user_id = due.user_id and pace.phone_number_id = p_number
              ) > v_now + p_pair_interval * (p_pair_burst - 1)
            ) is not true
          )
        offset 0
      ) as plain
      -- Nobody can have moved a row that is locked.
      where notification.ctid = plain.place
      returning
        notification.id,
        notification.user_id,
        notification.retry_count,
        notification.send_at,
        notification.created_at,
        notification.payload,
        plain.address
    )

    select
      leased.id,
      v_token,
      leased.payload,
      leased.address,
      leased.created_at,
      leased.retry_count,
      leased.user_id
    from leased
    order by leased.send_at, leased.id
  loop
    v_users := v_users || v_user;
    return next;
  end loop;

  if p_pair_interval > interval '0' and v_users <> array[]::uuid[] then
    perform wa.charge_pairs(v_users, p_number);
  end if;

  -- Looking whether something is left costs less than judging nothing.
  if cardinality(v_users) < p_wanted and exists (
    select
    from unnest(array[0, 1, 2]::smallint[]) as level (priority)
    cross join lateral (
      select notification.id
      from public.notifications as notification
      where notification.turn_at <= clock_timestamp()
        and (notification.status = 'queued' or notification.locked_until <= clock_timestamp())
        and notification.priority = level.priority
        and coalesce(notification.phone_number_id, '') = p_number
      order by
        coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at, notification.id
      limit 1
    ) as due
  ) then
    return query
    select claimed.*
    from wa.claim_from_number(p_number, p_worker, p_wanted - cardinality(v_users), p_lease) as claimed;
  end if;
end
$$;

comment on function wa.claim_plain is
'Claims up to p_wanted due notifications of a business number: first, of the next replies and single messages, those that may be sent as they are, as nearly all may; what wa.judge_due would not judge so is left to wa.claim_from_number, which claims the rest.';
