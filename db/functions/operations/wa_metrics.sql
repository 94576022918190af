create or replace function public.wa_metrics()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'queue', (
      select jsonb_build_object(
        'queued', count(*) filter (where notification.status = 'queued'),
        'sending', count(*) filter (where notification.status = 'sending')
      )
      from public.notifications as notification
      where notification.due_at is not null
    ),
    'oldest_due_seconds', coalesce(
      (
        select extract(epoch from clock_timestamp() - min(notification.due_at))
        from public.notifications as notification
        where notification.due_at <= clock_timestamp()
          and notification.blocked_by is null
      ),
      0
    ),
    'queue_paused', (
      select coalesce(state.paused_until > clock_timestamp(), false) from wa.queue_state as state
    ),
    'failed_events', (select count(*) from public.wa_events as event where event.status = 'failed'),
    'kept_payloads', (
      select count(*) from wa.kept_payloads as kept
      where kept.replayed_at is null and kept.reason <> 'text_replaced'
    ),
    'retention_age_seconds', (
      select extract(epoch from clock_timestamp() - state.last_finished_at) from wa.retention_state as state
    )
  )
$$;

grant create on schema public to wa_runtime;
alter function public.wa_metrics() owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_metrics() is
'What only the database knows, for GET /metrics: depth of the queue by status, age of the oldest due message in seconds, whether the queue is paused, failed events, kept payloads that wait for a person, and seconds since retention last finished (null: never).';

revoke all on function public.wa_metrics() from public;
grant execute on function public.wa_metrics() to wa_edge_role, wa_operator_role;
