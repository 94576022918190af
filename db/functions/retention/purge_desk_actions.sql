create or replace function wa.purge_desk_actions(p_cutoff timestamptz)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from wa.desk_actions as done
  where done.at < p_cutoff;
end
$$;

comment on function wa.purge_desk_actions is
'Deletes what colleagues did at the desk before a moment: few rows, since people did it.';

grant execute on function wa.purge_desk_actions to wa_maintenance;
