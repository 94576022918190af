create or replace function wa.find_oldest_due()
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- now() and not the clock: only what stands still during the statement is looked up in the index.
  select coalesce(min(due.since) filter (where due.blocked_by is null), min(due.since))
  from wa.list_sending_numbers() as number (phone_number_id)
  cross join generate_series(0, 2) as priority (value)
  cross join lateral (
    select
      case
        when notification.status = 'sending' then notification.locked_until
        else coalesce(nullif(notification.turn_at, '-infinity'), notification.created_at)
      end as since,
      notification.blocked_by
    from public.notifications as notification
    where coalesce(notification.phone_number_id, '') = number.phone_number_id
      and notification.priority = priority.value
      and notification.turn_at <= now()
      -- Not while its lease runs.
      and (notification.status = 'queued' or notification.locked_until <= now())
    -- All columns of the index: under row level security the planner does not see that two are constant.
    order by coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at
    limit 1000
  ) as due
$$;

comment on function wa.find_oldest_due is
'Since when the oldest notification is due that a notifier could claim, or null: it looks at the first 1,000 of each number and priority.';
