create or replace function wa.drop_log_partitions(p_before timestamptz)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO'
set timezone = 'UTC'
as $$
declare
  v_partition name;
  v_count bigint;
  v_dropped bigint := 0;
begin
  for v_partition in
    select partition.relname
    from pg_catalog.pg_inherits as link
    inner join pg_catalog.pg_class as partition on partition.oid = link.inhrelid
    where link.inhparent = 'public.webhook_logs'::regclass
      and partition.relname ~ '^webhook_logs_[0-9]{8}$'
      and (to_date(right(partition.relname, 8), 'YYYYMMDD') + 1)::timestamp at time zone 'UTC' <= p_before
    order by partition.relname
  loop
    execute format('select count(*) from wa.%I', v_partition) into v_count;
    execute format('drop table wa.%I', v_partition);
    v_dropped := v_dropped + v_count;
  end loop;

  return v_dropped;
end
$$;

comment on function wa.drop_log_partitions is
'Drops the partitions of webhook_logs whose whole day lies before p_before, and returns how many rows went with them. Runs as the owner of the table.';

grant execute on function wa.drop_log_partitions to wa_maintenance;
