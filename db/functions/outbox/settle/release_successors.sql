create or replace function wa.release_successors(p_user_ids uuid[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_successors bigint[];
begin
  -- Whoever parks a row holds the lock of the row in front, and so does our caller: what was parked is seen here.
  -- Most users have nothing else, or only what is scheduled for later: the index tells that, without the row.
  select array_agg(successor.id) into v_successors
  from unnest(p_user_ids) as settled (user_id)
  cross join lateral (
    select open_one.id, open_one.status, open_one.blocked_by, open_one.next_attempt_at
    from public.notifications as open_one
    where open_one.open_user_id = settled.user_id
      and open_one.send_at <= v_now
    order by open_one.send_at, open_one.id
    limit 1
  ) as successor
  where successor.status = 'queued'
    and (successor.blocked_by is not null or successor.next_attempt_at <= v_now);

  if v_successors is null then
    return;
  end if;

  update public.notifications as notification
  set
    blocked_by = null,
    next_attempt_at = v_now,
    priority = case
      when notification.priority = 0 then 0
      else (
        select min(waiting.priority)
        from public.notifications as waiting
        where waiting.open_user_id = notification.open_user_id
      )
    end
  where notification.id = any(
    array(
      select queued.id
      from public.notifications as queued
      where queued.id = any(v_successors)
        and queued.status = 'queued'
        and (queued.blocked_by is not null or queued.next_attempt_at <= v_now)
      -- Not skip locked: a claim also locks rows that were parked a moment ago, only to find them not due, and
      -- one that is passed over here would stay parked. The claim is about to commit.
      order by queued.id
      for update
    )
  );

  perform wa.wake_notifier();
end
$$;

comment on function wa.release_successors is
'Makes the first open notification of each user due from now on, after the one before it was settled: at the end of the line, so that users take turns, and as urgent as what waits behind it. The caller holds the lock of the settled ones.';
