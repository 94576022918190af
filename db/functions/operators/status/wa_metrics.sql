create or replace function public.wa_metrics()
returns jsonb
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
set jit = off
as $$
  select jsonb_build_object(
    'queue', wa.count_queue(),
    'oldest_due_seconds', coalesce(wa.seconds_since(wa.find_oldest_due()), 0),
    'queue_paused', (
      select coalesce(state.paused_until > clock_timestamp(), false) from wa.queue_state as state
    ),
    'failed_events', (
      select count(*)
      from (
        select
        from public.wa_events as event
        where event.status = 'failed'
        order by event.received_at
        limit 10000
      ) as counted
    ),
    'kept_payloads', (
      select count(*)
      from (
        select
        from wa.kept_payloads as kept
        where kept.replayed_at is null and kept.reason <> 'text_replaced'
        order by kept.received_at
        limit 10000
      ) as counted
    ),
    'tasks', wa.count_tasks(),
    'oldest_due_task_seconds', coalesce(wa.seconds_since(wa.find_oldest_due_task()), 0),
    'handovers', wa.summarize_handovers() -> 'conversations',
    'handover_wait_seconds', wa.summarize_handovers() -> 'longest_wait_seconds',
    'retention_age_seconds', wa.seconds_since(retention.last_finished_at),
    'retention_overdue', coalesce(
      coalesce(retention.last_finished_at, retention.last_started_at)
      < clock_timestamp() - 2 * make_interval(
        secs => wa.get_setting('retention_interval_seconds')::double precision
      ),
      false
    ),
    'retention_purged', jsonb_build_object(
      'wa_events', retention.purged_events,
      'webhook_logs', retention.purged_logs,
      'notifications', retention.purged_notifications,
      'tasks', retention.purged_tasks,
      'media', retention.purged_media,
      'kept_payloads', retention.purged_payloads
    )
  )
  from wa.retention_state as retention
$$;

alter function public.wa_metrics owner to wa_runtime;

comment on function public.wa_metrics is
'What only the database knows, for GET /metrics, at a cost that does not grow with its tables: the queue by status (wa.count_queue), age of the oldest due message in seconds, whether the queue is paused, failed events and kept payloads that wait for a person (10,000 at most), unfinished tasks by status (10,000 at most) and the age of the oldest due one in seconds, conversations that people have and the longest wait for one in seconds, seconds since retention last finished (null: never), whether that is more than two intervals ago, and the rows it has purged since the beginning.';

grant execute on function public.wa_metrics to wa_edge_role, wa_operator_role;
