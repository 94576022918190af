create or replace function public.wa_tasks_expire()
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
-- For the steps of a team, which may have backslashes in plain strings.
set standard_conforming_strings = on
set jit = off
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  return wa.end_overdue_tasks();
end
$$;

alter function public.wa_tasks_expire owner to wa_runtime;

comment on function public.wa_tasks_expire is
'Ends tasks that ran out of time, for a database that no worker looks at: a claim does so itself. Returns the events to log.';

grant execute on function public.wa_tasks_expire to wa_notifier_role;
