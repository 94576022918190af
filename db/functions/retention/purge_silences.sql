create or replace function wa.purge_silences()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Meta repeats for seven days.
  delete from wa.silences as silence
  where silence.until < now() - interval '8 days';
end
$$;

comment on function wa.purge_silences is
'Forgets silences that have ended.';

grant execute on function wa.purge_silences to wa_maintenance;
