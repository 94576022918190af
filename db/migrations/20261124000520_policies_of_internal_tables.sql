-- An owner is not held by policies. These say who the tables are for, as every other table's do.
create policy migration_checksums_migrate on wa.migration_checksums to current_user
using (true) with check (true);
create policy function_sources_migrate on wa.function_sources to current_user
using (true) with check (true);

-- The partitions belong to wa_maintenance; who writes them is written in the policies of webhook_logs.
do $$
declare
  v_partition regclass;
begin
  for v_partition in
    select link.inhrelid from pg_catalog.pg_inherits as link
    where link.inhparent = 'public.webhook_logs'::regclass
  loop
    execute format(
      'create policy webhook_logs_maintain on %s to wa_maintenance using (true) with check (true)', v_partition
    );
  end loop;
end
$$;
