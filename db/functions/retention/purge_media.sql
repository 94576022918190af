create or replace function wa.purge_media(p_before timestamptz, p_batch integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_purged integer;
begin
  delete from wa.media as expired
  where expired.id = any(
    array(
      select candidate.id
      from wa.media as candidate
      where candidate.expires_at < p_before
      order by candidate.expires_at
      limit p_batch
    )
  );

  get diagnostics v_purged = row_count;
  return v_purged;
end
$$;

comment on function wa.purge_media is
'Deletes up to p_batch media of users and of colleagues that were to be kept until p_before or less, and returns how many. Workers delete the bytes that nothing else refers to.';

grant execute on function wa.purge_media to wa_maintenance;
