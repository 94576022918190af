create or replace function wa.emit_event(p_event text, p_fields jsonb default '{}', p_level text default 'info')
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise notice '%', jsonb_build_object('event', p_event, 'level', p_level) || p_fields;
end
$$;

comment on function wa.emit_event is
'A structured log event as a NOTICE that holds one JSON object: the caller logs it, psql shows it. Fields hold no personal data.';

grant execute on function wa.emit_event to wa_runtime, wa_basket_owner, wa_maintenance, wa_privacy;
