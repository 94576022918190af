create or replace function public.wa_retention_step()
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set lock_timeout = '2s'
-- Bounds of partitions are written and read as text.
set datestyle = 'ISO'
set timezone = 'UTC'
set standard_conforming_strings = on
-- Planning is nothing beside a batch, and a plan kept since a table was small would read all of it.
set plan_cache_mode = force_custom_plan
as $$
declare
  -- Small enough that a batch holds its locks for milliseconds, large enough that commits do not dominate.
  c_batch constant integer := 5000;
  v_now timestamptz := clock_timestamp();
  v_cutoffs jsonb;
  v_events integer;
  v_notifications integer;
  v_tasks integer;
  v_media integer;
  v_payloads integer;
  v_logs integer;
  v_of_flows jsonb;
  v_is_done boolean;
  v_hint text;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('wa.retention', 0)) then
    return jsonb_build_object('is_done', true, 'is_busy', true, 'purged', '{}'::jsonb);
  end if;

  -- A failed batch is undone alone, so that the alert about it commits; the caller raises the error after that.
  -- It stays due.
  begin
    update wa.retention_state as state
    set last_started_at = v_now
    where state.last_started_at is null
      or state.last_started_at not between v_now - interval '1 minute' and v_now;

    v_cutoffs := wa.get_retention_cutoffs();
    v_events := wa.purge_events((v_cutoffs ->> 'wa_events')::timestamptz, c_batch);
    v_notifications := wa.purge_notifications((v_cutoffs ->> 'notifications')::timestamptz, c_batch);
    v_tasks := wa.purge_tasks((v_cutoffs ->> 'tasks')::timestamptz, c_batch);
    v_media := wa.purge_media((v_cutoffs ->> 'media')::timestamptz, c_batch);
    v_payloads := wa.purge_kept_payloads(
      (v_cutoffs ->> 'kept_payloads')::timestamptz, (v_cutoffs ->> 'waiting_payloads')::timestamptz, c_batch
    );
    v_logs := wa.purge_default_logs((v_cutoffs ->> 'webhook_logs')::timestamptz, c_batch);
    v_of_flows := (
      select coalesce(jsonb_object_agg(flow.table_name, coalesce(flow.expired, 0)), '{}')
      from wa.expire_tables(c_batch) as flow
    );

    perform wa.purge_erased_digests();
    perform wa.purge_silences();
    perform wa.purge_desk_actions((v_cutoffs ->> 'desk_actions')::timestamptz);
    perform wa.purge_alerts((v_cutoffs ->> 'alerts')::timestamptz);

    v_is_done := greatest(v_events, v_notifications, v_tasks, v_media, v_payloads, v_logs) < c_batch
      and not exists (select from jsonb_each(v_of_flows) as expired where expired.value::integer >= c_batch);

    if v_is_done then
      perform wa.warn_of_expiry((v_cutoffs ->> 'waiting_payloads')::timestamptz);
      perform wa.create_log_partitions();
      v_logs := v_logs + wa.drop_log_partitions((v_cutoffs ->> 'webhook_logs')::timestamptz);
    end if;
  exception
    when others then
      get stacked diagnostics v_hint = pg_exception_hint;
      perform wa.raise_alert(
        'retention_failed',
        sqlstate,
        jsonb_build_object(
          'message', wa.mask_numbers(left(sqlerrm, 500)), 'hint', nullif(wa.mask_numbers(left(v_hint, 500)), '')
        )
      );
      return jsonb_build_object(
        'is_done', true,
        'is_busy', false,
        'error', jsonb_build_object('sqlstate', sqlstate, 'message', sqlerrm, 'hint', nullif(v_hint, '')),
        'purged', '{}'::jsonb
      );
  end;

  v_now := clock_timestamp();
  update wa.retention_state as state
  set
    last_finished_at = case when v_is_done then v_now else state.last_finished_at end,
    purged_events = state.purged_events + v_events,
    purged_logs = state.purged_logs + v_logs,
    purged_notifications = state.purged_notifications + v_notifications,
    purged_tasks = state.purged_tasks + v_tasks,
    purged_media = state.purged_media + v_media,
    purged_payloads = state.purged_payloads + v_payloads;

  return jsonb_build_object(
    'is_done', v_is_done,
    'is_busy', false,
    'purged', v_of_flows || jsonb_build_object(
      'wa_events', v_events,
      'notifications', v_notifications,
      'tasks', v_tasks,
      'media', v_media,
      'kept_payloads', v_payloads,
      'webhook_logs', v_logs
    ),
    'cutoffs', v_cutoffs
  );
end
$$;

alter function public.wa_retention_step owner to wa_maintenance;

comment on function public.wa_retention_step is
'One bounded batch of retention: returns is_done, is_busy (another runner has it), purged (rows by table, flows'' own included) and cutoffs; or error (sqlstate, message and hint) of a batch that failed and was undone, which has raised an alert. For callers inside a transaction; wa_retention_purge calls it until it is done.';

grant execute on function public.wa_retention_step to wa_edge_role, wa_operator_role;
