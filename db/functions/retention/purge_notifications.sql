create or replace function wa.purge_notifications(p_before timestamptz, p_batch integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_purged integer;
begin
  delete from public.notifications as expired
  where expired.ctid = any(
    array(
      select candidate.ctid
      from public.notifications as candidate
      where candidate.created_at < p_before
        and candidate.turn_at is null
        -- What waits for its user stays as long as it makes sense.
        and (candidate.status <> 'queued' or candidate.expires_at < p_before)
      order by candidate.created_at
      limit p_batch
    )
  );

  get diagnostics v_purged = row_count;
  return v_purged;
end
$$;

comment on function wa.purge_notifications is
'Deletes up to p_batch notifications queued before p_before that are finished or expired before then, and returns how many.';

grant execute on function wa.purge_notifications to wa_maintenance;
