create or replace function public.wa_health()
returns jsonb
language plpgsql
-- Not because it changes anything: PostgREST calls what is stable in a transaction that is read-only.
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
declare
  v_is_read_only boolean := pg_is_in_recovery() or current_setting('transaction_read_only')::boolean;
  v_problems text[] := array[]::text[];
  v_warnings text[] := array[]::text[];
begin
  if pg_is_in_recovery() then
    v_problems := v_problems || text 'the server is a read-only replica: point WA_DATABASE_URL at the primary';
  elsif v_is_read_only then
    v_problems := v_problems
      || text 'the database is read-only: free its disk, or end default_transaction_read_only, whichever made it so';
  end if;

  begin
    perform wa.write_temporary_file();
  exception
    when insufficient_resources then
      v_problems := v_problems || format('the server has no room to write (%s): free its disk or memory', sqlerrm);
  end;

  if not exists (select from wa.flow_states as state where state.state = 'home') then
    v_problems := v_problems || text 'the flow registry has no home state: run wa-webhook migrate';
  end if;
  if not exists (select from wa.settings) then
    v_problems := v_problems || text 'the settings are missing: run wa-webhook migrate';
  end if;

  if not pg_is_in_recovery() and pg_notification_queue_usage() >= 0.5 then
    v_warnings := v_warnings
      || text 'the server''s queue of notifications fills up, so that notifiers only poll: end the session that listens and has been idle in a transaction for longest (pg_stat_activity)';
  end if;

  return jsonb_build_object(
    'ok', v_problems = '{}',
    'problems', to_jsonb(v_problems),
    'warnings', to_jsonb(v_warnings),
    'is_read_only', v_is_read_only,
    'numbers', wa.summarize_numbers(),
    'queue_paused_because', (
      select state.paused_reason from wa.queue_state as state where state.paused_until > clock_timestamp()
    ),
    'server_version', current_setting('server_version_num')::integer
  );
end
$$;

alter function public.wa_health owner to wa_runtime;

comment on function public.wa_health is
'Whether a webhook sent now would be taken: ok, a list of problems and one of warnings, each with what to do, and whether the database is read-only. Beside that our business numbers (wa.summarize_numbers), and why the queue is paused, null when it is not.';

grant execute on function public.wa_health to wa_edge_role, wa_notifier_role, wa_operator_role;
