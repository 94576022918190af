create or replace function wa.raise_alert(p_kind text, p_group_key text, p_detail jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Grouped later: whoever raises an alert waits for nobody.
  insert into wa.alert_occurrences (kind, group_key, detail)
  values (p_kind, left(p_group_key, 200), p_detail);
end
$$;

comment on function wa.raise_alert is
'Lets a person know, through ALERT_WEBHOOK_URL, once this transaction commits. Occurrences of the same kind and group become one alert with a count. p_detail holds nothing personal.';

grant execute on function wa.raise_alert to wa_runtime, wa_maintenance;
