create or replace function wa.follow_clock()
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  c_tolerance constant interval := interval '5 seconds';
  v_now constant timestamptz := clock_timestamp();
  v_seen timestamptz;
  v_newest timestamptz;
  v_behind interval;
begin
  -- When the last claim was, to ten seconds.
  select presence.seen_at into v_seen
  from wa.server_presence as presence;

  select notification.created_at into v_newest
  from public.notifications as notification
  where notification.created_at < 'infinity'
  order by notification.id desc
  limit 1;

  if coalesce(v_seen <= v_now + c_tolerance, true)
    and (
      coalesce(v_newest <= v_now + c_tolerance, true)
      -- Dealt with already.
      or v_newest <= (select state.clock_was_at from wa.queue_state as state)
    )
  then
    return true;
  end if;

  if not pg_try_advisory_xact_lock(hashtextextended('wa.clock', 0)) then
    return false;
  end if;

  v_behind := greatest(v_seen, v_newest) - v_now;

  -- Who was queued first keeps the first place: nothing comes after what was queued later.
  with placed as (
    select
      notification.id,
      least(
        v_now,
        min(notification.send_at) over (
          partition by notification.user_id
          order by notification.id
          rows between current row and unbounded following
        )
      ) as send_at
    from public.notifications as notification
    where notification.status in ('queued', 'sending')
      and notification.user_id is not null
      and (notification.turn_at is not null or notification.waiting_for is not null)
      -- Not what was meant for later.
      and notification.send_at < notification.created_at + interval '1 minute'
  )

  update public.notifications as notification
  set send_at = placed.send_at
  from placed
  where notification.id = placed.id
    and notification.send_at <> placed.send_at
    and notification.created_at > v_now;

  -- By UTC, since an update is to come to the same whatever a session's time zone.
  update public.notifications as notification
  set
    -- How far behind is known to ten seconds, and what was never tried is due.
    next_attempt_at = least(
      (notification.next_attempt_at at time zone 'UTC' - v_behind) at time zone 'UTC',
      case when notification.last_attempt_at is null then v_now end
    ),
    locked_until = (notification.locked_until at time zone 'UTC' - v_behind) at time zone 'UTC',
    in_doubt_since = (notification.in_doubt_since at time zone 'UTC' - v_behind) at time zone 'UTC'
  where notification.turn_at > v_now
    and greatest(notification.created_at, notification.last_attempt_at) > v_now
    and notification.send_at at time zone 'UTC' < notification.created_at at time zone 'UTC' + interval '1 minute';

  update wa.number_pace as pace
  set
    paid_until = (pace.paid_until at time zone 'UTC' - v_behind) at time zone 'UTC',
    held_until = (pace.held_until at time zone 'UTC' - v_behind) at time zone 'UTC'
  where greatest(pace.paid_until, pace.held_until) > v_now;

  update wa.pair_pace as pace
  set paid_until = (pace.paid_until at time zone 'UTC' - v_behind) at time zone 'UTC'
  where pace.paid_until > v_now;

  update wa.queue_state
  set clock_was_at = greatest(v_newest, v_seen);

  perform wa.raise_alert(
    'clock_set_back', 'notifications', jsonb_build_object('seconds', round(extract(epoch from v_behind)))
  );
  perform wa.emit_event(
    'CLOCK_SET_BACK', jsonb_build_object('seconds', round(extract(epoch from v_behind))), 'error'
  );
  return true;
end
$$;

comment on function wa.follow_clock is
'When the clock was set back since the last claim, lets what was queued before keep its order and not wait for the clock to come back, and raises an alert. False: another claim is at it, and nothing may be claimed before it is done. Comes before wa.note_presence, which forgets when the last claim was.';
