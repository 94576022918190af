create or replace function wa.log_snapshot(p_payload jsonb)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into public.webhook_logs (kind, waba_id, detail)
  select 'snapshot', body #>> '{entry,0,id}', wa.mask_json(body)
  from jsonb_path_query(p_payload, '$[*]') as body
$$;

comment on function wa.log_snapshot is
'Stores a masked copy of each webhook body in webhook_logs, for debugging.';
