create or replace function public.wa_health()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with problem as (
    select 'the server is a read-only replica: point WA_DATABASE_URL at the primary' as description
    where pg_is_in_recovery()
    union all
    select 'the flow registry has no home state: run wa-webhook migrate'
    where not exists (select from wa.flow_states as state where state.state = 'home')
    union all
    select 'the settings are missing: run wa-webhook migrate'
    where not exists (select from wa.settings)
  )

  select jsonb_build_object(
    'ok', not exists (select from problem),
    'problems', coalesce((select jsonb_agg(problem.description) from problem), '[]'),
    'server_version', current_setting('server_version_num')::integer
  )
$$;

alter function public.wa_health owner to wa_runtime;

comment on function public.wa_health is
'Whether this database can take webhooks: ok, and a list of problems, each with what to do.';

grant execute on function public.wa_health to wa_edge_role, wa_notifier_role, wa_operator_role;
