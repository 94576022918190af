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
