create or replace function wa.count_queue()
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Each costs a page of the table, for a figure that nobody reads to the last digit.
  c_exact constant integer := 2000;
  -- These are read from their index alone.
  c_most constant integer := 10000;
  v_open bigint;
  v_queued bigint;
  v_sending bigint;
  v_waiting bigint;
  v_failed bigint;
  v_plan json;
begin
  select count(*), count(*) filter (where counted.status = 'sending')
  into v_open, v_sending
  from (
    select notification.status
    from public.notifications as notification
    where notification.turn_at is not null
    -- The order of notifications_turn_idx, so that settled rows are not read whatever the statistics say.
    order by coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at, notification.id
    limit c_exact + 1
  ) as counted;

  select count(*) into v_waiting
  from (
    select
    from public.notifications as notification
    where notification.waiting_for is not null
    order by notification.user_id
    limit c_most
  ) as counted;

  select count(*) into v_failed
  from (
    select
    from public.notifications as notification
    where notification.failed_at is not null
    order by notification.failed_at
    limit c_most
  ) as counted;

  v_queued := v_open - v_sending;

  if v_open > c_exact then
    -- PostgreSQL allows this in a volatile function only.
    execute 'explain (format json) select from public.notifications where status = ''queued''' into v_plan;
    v_queued := greatest(v_queued, (v_plan #>> '{0,Plan,Plan Rows}')::bigint - v_waiting);

    select count(*) into v_sending
    from wa.list_sending_numbers() as number (phone_number_id)
    cross join generate_series(0, 2) as priority (value)
    cross join lateral (
      select notification.status
      from public.notifications as notification
      where coalesce(notification.phone_number_id, '') = number.phone_number_id
        and notification.priority = priority.value
        and notification.turn_at <= now()
      order by coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at
      limit 1000
    ) as first
    where first.status = 'sending';
  end if;

  return jsonb_build_object('queued', v_queued, 'sending', v_sending, 'waiting', v_waiting, 'failed', v_failed);
end
$$;

comment on function wa.count_queue is
'Notifications by status, at a cost that does not grow with them: queued, sending, waiting (queued until the user writes again) and failed. Above 2,000 unsettled ones queued is the planner''s estimate and sending counts among the first 1,000 of each number and priority; waiting and failed end at 10,000.';
