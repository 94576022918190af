create or replace function wa.park_blocked(p_ids bigint[])
returns bigint[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_recheck interval := make_interval(secs => wa.get_setting('blocked_recheck_seconds')::double precision);
  v_left_over bigint[];
  v_now constant timestamptz := clock_timestamp();
begin
  -- Settling the one in front waits for the lock taken here, and then sees what is parked behind it.
  -- When it is being settled just now, nothing is parked behind it.
  with blocked as materialized (
    select notification.id, notification.priority, head.id as head_id
    from public.notifications as notification
    cross join lateral (
      select earlier.id
      from public.notifications as earlier
      where earlier.open_user_id = notification.open_user_id
        and (earlier.send_at, earlier.id) < (notification.send_at, notification.id)
      order by earlier.send_at, earlier.id
      limit 1
    ) as head
    where notification.id = any(p_ids)
  ),

  head as materialized (
    select notification.id
    from public.notifications as notification
    where notification.id = any(array(select blocked.head_id from blocked))
      and notification.open_user_id is not null
    for no key update skip locked
  ),

  parked as (
    update public.notifications as notification
    set blocked_by = head.id, next_attempt_at = v_now + v_recheck
    from blocked
    inner join head on blocked.head_id = head.id
    where notification.id = blocked.id
      -- Not only joined: as in wa.settle_accepted.
      and notification.id = any(p_ids)
    returning notification.id
  ),

  -- What is urgent hurries what it waits for.
  hurried as (
    update public.notifications as notification
    set priority = urgent.priority
    from (
      select blocked.head_id, min(blocked.priority) as priority
      from blocked
      group by blocked.head_id
    ) as urgent
    inner join head on urgent.head_id = head.id
    where notification.id = urgent.head_id
      and notification.id = any(array(select locked.id from head as locked))
      and notification.status = 'queued'
      and notification.priority > urgent.priority
  )

  select coalesce(array_agg(blocked.id), '{}') into v_left_over
  from blocked
  where blocked.id not in (select parked.id from parked);

  return v_left_over;
end
$$;

comment on function wa.park_blocked is
'Takes notifications that wait for an earlier one of their user, which the caller has locked, off the due list until that one is settled. Returns those whose earlier one is locked by somebody else, so that they could not be parked.';
