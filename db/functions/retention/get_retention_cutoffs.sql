create or replace function wa.get_retention_cutoffs()
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'wa_events', now() - make_interval(secs => 86400 * (wa.get_setting('events_ttl_days'))::double precision),
    'webhook_logs', now() - make_interval(secs => 86400 * (wa.get_setting('logs_ttl_days'))::double precision),
    'notifications', now() - make_interval(secs => 86400 * (wa.get_setting('notifications_ttl_days'))::double precision),
    'tasks', now() - make_interval(secs => 86400 * (wa.get_setting('tasks_ttl_days'))::double precision),
    'media', now(),
    'kept_payloads', now() - make_interval(secs => 86400 * (wa.get_setting('kept_payloads_ttl_days'))::double precision),
    'waiting_payloads',
    now() - make_interval(secs => 86400 * (wa.get_setting('kept_payloads_waiting_ttl_days'))::double precision),
    'desk_actions',
    now() - make_interval(secs => 86400 * (wa.get_setting('desk_actions_ttl_days'))::double precision),
    'alerts', now() - make_interval(secs => 86400 * (wa.get_setting('alerts_ttl_days'))::double precision)
  )
$$;

comment on function wa.get_retention_cutoffs is
'By table, the moment before which retention purges.';

grant execute on function wa.get_retention_cutoffs to wa_maintenance;
