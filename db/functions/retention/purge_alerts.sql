create or replace function wa.purge_alerts(p_cutoff timestamptz)
returns void
language sql
volatile
set search_path = ''
as $$
  delete from wa.alert_occurrences as occurrence
  where occurrence.occurred_at < p_cutoff;

  delete from wa.alerts as alert
  where alert.last_seen_at < p_cutoff
$$;

comment on function wa.purge_alerts(timestamptz) is
'Deletes alerts that were last seen before a moment: few rows, since alerts are grouped.';

revoke all on function wa.purge_alerts(timestamptz) from public;
grant execute on function wa.purge_alerts(timestamptz) to wa_maintenance;
