create or replace procedure public.wa_retention_purge()
language plpgsql
as $$
declare
  v_step pg_catalog.jsonb;
  v_cutoffs pg_catalog.jsonb;
  v_sum pg_catalog.jsonb := '{}'::pg_catalog.jsonb;
  v_table pg_catalog.text;
  v_batches pg_catalog.int4 := 0;
begin
  -- A procedure that commits can have neither a search_path of its own nor its owner's rights: each step has both.
  -- Here every name says its schema, those of types and operators too, so that the caller's path finds nothing.
  loop
    v_step := public.wa_retention_step();
    commit;

    if pg_catalog.jsonb_exists(v_step, 'error') then
      raise exception using
        errcode = pg_catalog.jsonb_extract_path_text(v_step, 'error', 'sqlstate'),
        message = pg_catalog.jsonb_extract_path_text(v_step, 'error', 'message'),
        hint = pg_catalog.concat_ws(
          ' ',
          pg_catalog.jsonb_extract_path_text(v_step, 'error', 'hint'),
          'What earlier batches purged stays purged. Call it again once the cause is mended.'
        );
    end if;

    if pg_catalog.jsonb_extract_path_text(v_step, 'is_busy')::boolean then
      raise notice '%', pg_catalog.jsonb_build_object('event', 'RETENTION_ALREADY_RUNNING', 'level', 'info');
      exit;
    end if;

    v_cutoffs := pg_catalog.jsonb_extract_path(v_step, 'cutoffs');

    select coalesce(
      pg_catalog.jsonb_object_agg(
        counter.key,
        pg_catalog.int8pl(
          counter.value::bigint, coalesce(pg_catalog.jsonb_extract_path_text(v_sum, counter.key)::bigint, 0::bigint)
        )
      ),
      v_sum
    )
    into v_sum
    from pg_catalog.jsonb_each_text(pg_catalog.jsonb_extract_path(v_step, 'purged')) as counter;

    exit when pg_catalog.jsonb_extract_path_text(v_step, 'is_done')::boolean;

    v_batches := pg_catalog.int4pl(v_batches, 1);
    if pg_catalog.int4eq(pg_catalog.int4mod(v_batches, 10), 0) then
      raise notice '%', pg_catalog.jsonb_build_object('event', 'RETENTION_PROGRESS', 'level', 'info', 'purged', v_sum);
    end if;
  end loop;

  -- Between two batches another runner may take over. What this one purged by then it says all the same.
  if v_cutoffs is null then
    return;
  end if;

  -- RETENTION_WA_EVENTS_PURGED, RETENTION_WEBHOOK_LOGS_PURGED, and so on; then the tables of flows.
  foreach v_table in array pg_catalog.array_cat(
    array['wa_events', 'webhook_logs', 'notifications', 'tasks', 'media', 'kept_payloads'],
    array(
      select counter.key
      from pg_catalog.jsonb_object_keys(v_sum) as counter (key)
      where not pg_catalog.jsonb_exists(v_cutoffs, counter.key)
      order by counter.key using operator(pg_catalog.<)
    )
  ) loop
    raise notice '%', pg_catalog.jsonb_build_object(
      'event', pg_catalog.format('RETENTION_%s_PURGED', pg_catalog.upper(v_table)), 'level', 'info',
      'count', pg_catalog.jsonb_extract_path(v_sum, v_table),
      'cutoff', pg_catalog.jsonb_extract_path(v_cutoffs, v_table)
    );
  end loop;
end
$$;

comment on procedure public.wa_retention_purge is
'Purges events, logs, finished notifications and tasks, users'' media, replayed payloads and what flows let expire past their time in batches, committing after each, and says what it did in one NOTICE each, and how far it is after every tenth batch. One runner at a time; may be interrupted and called again. Inside a transaction block call wa_retention_step() until it is done instead.';

grant execute on procedure public.wa_retention_purge to wa_edge_role, wa_operator_role;
