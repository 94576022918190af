create or replace procedure public.wa_retention_purge()
language plpgsql
as $$
declare
  v_step jsonb;
  v_cutoffs jsonb;
  v_sum jsonb := '{}'::jsonb;
begin
  -- A procedure that commits can have neither a search_path of its own nor its owner's rights: each step has both.
  loop
    v_step := public.wa_retention_step();
    commit;

    if v_step ? 'error' then
      raise exception using
        errcode = v_step -> 'error' ->> 'sqlstate',
        message = v_step -> 'error' ->> 'message',
        hint = 'What earlier batches purged stays purged. Call it again once the cause is mended.';
    end if;

    if (v_step ->> 'is_busy')::boolean then
      raise notice '%', pg_catalog.jsonb_build_object('event', 'RETENTION_ALREADY_RUNNING', 'level', 'info');
      exit;
    end if;

    v_cutoffs := v_step -> 'cutoffs';

    select coalesce(pg_catalog.jsonb_object_agg(counter.key, counter.value::bigint + coalesce((v_sum ->> counter.key)::bigint, 0)), v_sum)
    into v_sum
    from pg_catalog.jsonb_each_text(v_step -> 'purged') as counter;

    exit when (v_step ->> 'is_done')::boolean;
  end loop;

  -- Between two batches another runner may take over. What this one purged by then it says all the same.
  if v_cutoffs is null then
    return;
  end if;

  raise notice '%', pg_catalog.jsonb_build_object(
    'event', 'RETENTION_WA_EVENTS_PURGED', 'level', 'info',
    'count', v_sum -> 'wa_events', 'cutoff', v_cutoffs -> 'wa_events'
  );
  raise notice '%', pg_catalog.jsonb_build_object(
    'event', 'RETENTION_WEBHOOK_LOGS_PURGED', 'level', 'info',
    'count', v_sum -> 'webhook_logs', 'cutoff', v_cutoffs -> 'webhook_logs'
  );
  raise notice '%', pg_catalog.jsonb_build_object(
    'event', 'RETENTION_NOTIFICATIONS_PURGED', 'level', 'info',
    'count', v_sum -> 'notifications', 'cutoff', v_cutoffs -> 'notifications'
  );
  raise notice '%', pg_catalog.jsonb_build_object(
    'event', 'RETENTION_KEPT_PAYLOADS_PURGED', 'level', 'info',
    'count', v_sum -> 'kept_payloads', 'cutoff', v_cutoffs -> 'kept_payloads'
  );
end
$$;

comment on procedure public.wa_retention_purge is
'Purges events, logs, finished notifications and replayed payloads past their time in batches, committing after each, and says what it did in one NOTICE each. One runner at a time; may be interrupted and called again. Inside a transaction block call wa_retention_step() until it is done instead.';

revoke all on procedure public.wa_retention_purge() from public;
grant execute on procedure public.wa_retention_purge() to wa_edge_role, wa_operator_role;
