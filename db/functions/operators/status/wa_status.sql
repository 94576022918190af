create or replace function public.wa_status()
returns jsonb
language plpgsql
-- As wa_health, which it calls.
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
set quote_all_identifiers = off
set jit = off
as $$
declare
  v_status jsonb;
begin
  v_status := jsonb_build_object(
    'at', clock_timestamp(),
    'health', public.wa_health(),
    'traffic', wa.summarize_traffic(),
    'clock', wa.summarize_clock(),
    'queue', wa.summarize_queue(),
    'tasks', wa.summarize_tasks(),
    'media', wa.summarize_media(),
    'handovers', wa.summarize_handovers(),
    'failed_events', public.wa_failed_events(),
    'kept_payloads', wa.summarize_kept_payloads(),
    'send_failures', wa.summarize_send_failures(),
    'alerts', wa.summarize_alerts(),
    'retention', wa.summarize_retention(),
    'roles', wa.summarize_roles(),
    'rights', wa.summarize_rights(),
    'tables_that_keep_people', (
      select coalesce(jsonb_agg(listed.relation::text), '[]')
      from wa.list_tables_about_people() as listed
      where not listed.is_erasable
    )
  );

  return v_status || jsonb_build_object('problems', wa.list_problems(v_status));
end
$$;

alter function public.wa_status owner to wa_runtime;

comment on function public.wa_status is
'One look at everything, for wa-webhook status: health, traffic, clock, queue, tasks, media, hand-overs, failures by error, kept payloads, alerts, retention, roles, rights, and problems with what to do next. Counts are bounded, so that it stays quick on a large database.';

grant execute on function public.wa_status to wa_operator_role;
