create or replace function wa.purge_default_logs(p_before timestamptz, p_batch integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_purged integer;
begin
  delete from wa.webhook_logs_default as expired
  where expired.ctid = any(
    array(
      select candidate.ctid
      from wa.webhook_logs_default as candidate
      where candidate.received_at < p_before
      order by candidate.received_at
      limit p_batch
    )
  );

  get diagnostics v_purged = row_count;
  return v_purged;
end
$$;

comment on function wa.purge_default_logs is
'Deletes up to p_batch logs received before p_before from the partition of days without one, and returns how many.';

grant execute on function wa.purge_default_logs to wa_maintenance;
