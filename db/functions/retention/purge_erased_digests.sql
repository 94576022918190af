create or replace function wa.purge_erased_digests()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Meta repeats for seven days.
  delete from wa.erased_digests as erased
  where erased.erased_at < now() - interval '8 days';
end
$$;

comment on function wa.purge_erased_digests is
'Forgets what was erased so long ago that Meta does not deliver it again.';

grant execute on function wa.purge_erased_digests to wa_maintenance;
