create or replace function wa.summarize_queue()
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with unsettled as materialized (
    select
      notification.status,
      notification.turn_at <= now()
      and (notification.status = 'queued' or notification.locked_until <= now())
      and notification.blocked_by is null as is_due
    from public.notifications as notification
    where notification.turn_at is not null
    -- The order of the index that claim reads, so that a large table is not scanned.
    order by coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at, notification.id
    limit 10000
  ),

  waiting as materialized (
    select from public.notifications as notification
    where notification.waiting_for is not null
    limit 10000
  ),

  finished as materialized (
    select notification.status
    from public.notifications as notification
    where notification.turn_at is null
      and notification.created_at > now() - interval '24 hours'
      and notification.waiting_for is null
    order by notification.created_at desc
    limit 10000
  ),

  oldest as (
    -- One index probe for each number and priority, whatever the backlog.
    select min(first.since) as since
    from wa.list_sending_numbers() as number (phone_number_id)
    cross join generate_series(0, 2) as level (priority)
    cross join lateral (
      select
        case
          when notification.status = 'sending' then notification.locked_until
          else coalesce(nullif(notification.turn_at, '-infinity'), notification.created_at)
        end as since
      from public.notifications as notification
      where coalesce(notification.phone_number_id, '') = number.phone_number_id
        and notification.priority = level.priority
        and notification.turn_at <= now()
        and (notification.status = 'queued' or notification.locked_until <= now())
        and notification.blocked_by is null
      -- All columns of the index, since row security keeps the planner from seeing that the first two are fixed.
      order by coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at
      limit 1
    ) as first
  )

  select jsonb_build_object(
    'queued', (select count(*) from unsettled where unsettled.status = 'queued'),
    'sending', (select count(*) from unsettled where unsettled.status = 'sending'),
    'due', (select count(*) from unsettled where unsettled.is_due),
    'waiting_for_user', (select count(*) from waiting),
    'finished', (
      select coalesce(jsonb_object_agg(status.name, status.messages), '{}')
      from (select finished.status as name, count(*) as messages from finished group by 1) as status
    ),
    'is_capped', (select count(*) from unsettled) = 10000 or (select count(*) from finished) = 10000,
    'oldest_due_seconds', coalesce(
      (select round(wa.seconds_since(oldest.since)) from oldest), 0
    ),
    'paused_until', (
      select to_jsonb(state.paused_until) from wa.queue_state as state
      where state.paused_until > clock_timestamp()
    ),
    'paused_reason', (
      select state.paused_reason from wa.queue_state as state
      where state.paused_until > clock_timestamp()
    ),
    'doubtful', cardinality(wa.list_doubtful()),
    'queued_since', wa.count_queued_since(),
    'moved_because', (
      select wa.explain_move(row(life.*)::wa.lives, place.system_identifier, place.timeline_id, place.database_oid)
      from wa.lives as life
      cross join wa.get_place() as place
      where life.left_at is null
    ),
    'held_numbers', (
      select coalesce(
        jsonb_agg(jsonb_build_object('phone_number_id', pace.phone_number_id, 'held_until', pace.held_until)),
        '[]'
      )
      from wa.number_pace as pace
      where pace.held_until > clock_timestamp()
    )
  )
$$;

comment on function wa.summarize_queue is
'The outbox: unsettled messages by status, those that wait for their user to write, what was queued and finished in the last day by status, the age of the oldest due message in seconds, a pause with its reason, how many messages a restored database may send for the second time and how many were queued since (null in any other), why it is about to be noticed that it was restored (null: it was not), and numbers that Meta asked to slow down. Counts look at 10,000 rows (is_capped: there are more).';
