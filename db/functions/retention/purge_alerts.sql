create or replace function wa.purge_alerts(p_cutoff timestamptz)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from wa.alert_occurrences as occurrence
  where occurrence.occurred_at < p_cutoff;

  delete from wa.alerts as alert
  where alert.last_seen_at < p_cutoff;
end
$$;

comment on function wa.purge_alerts is
'Deletes alerts that were last seen before a moment: few rows, since alerts are grouped.';

grant execute on function wa.purge_alerts to wa_maintenance;
