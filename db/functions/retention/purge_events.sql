create or replace function wa.purge_events(p_before timestamptz, p_batch integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_purged integer;
begin
  delete from public.wa_events as expired
  where expired.ctid = any(
    array(
      select candidate.ctid
      from public.wa_events as candidate
      -- What failed waits for a person, however long.
      where candidate.received_at < p_before and candidate.status <> 'failed'
      order by candidate.received_at
      limit p_batch
    )
  );

  get diagnostics v_purged = row_count;
  return v_purged;
end
$$;

comment on function wa.purge_events is
'Forgets up to p_batch events received before p_before, and returns how many. Failed ones stay until they are replayed or dismissed.';

grant execute on function wa.purge_events to wa_maintenance;
