create or replace function wa.create_log_partitions()
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO'
set timezone = 'UTC'
as $$
declare
  c_days_ahead constant integer := 7;
  v_day date;
  v_name text;
  v_created integer := 0;
begin
  -- There all days share the default partition, whose rows expire one by one.
  if wa.is_on_node() then
    return 0;
  end if;

  for v_day in
    select coming.day
    from generate_series(0, c_days_ahead) as ahead (days)
    cross join lateral (select (now() at time zone 'UTC')::date + ahead.days as day) as coming
    where to_regclass('wa.webhook_logs_' || to_char(coming.day, 'YYYYMMDD')) is null
      -- A day whose rows already went to the default partition stays there until they expire.
      and not exists (
        select from wa.webhook_logs_default as log
        where log.received_at >= coming.day::timestamp at time zone 'UTC'
          and log.received_at < (coming.day + 1)::timestamp at time zone 'UTC'
      )
  loop
    v_name := 'webhook_logs_' || to_char(v_day, 'YYYYMMDD');
    execute format(
      'create table wa.%I partition of public.webhook_logs for values from (%L) to (%L)',
      v_name, v_day::timestamp at time zone 'UTC', (v_day + 1)::timestamp at time zone 'UTC'
    );
    execute format('alter table wa.%I enable row level security', v_name);
    execute format(
      'create policy webhook_logs_maintain on wa.%I to wa_maintenance using (true) with check (true)', v_name
    );
    execute format('comment on table wa.%I is %L', v_name, 'The webhook_logs of one day (UTC).');
    v_created := v_created + 1;
  end loop;

  return v_created;
end
$$;

comment on function wa.create_log_partitions is
'Creates the partitions of webhook_logs for today and the coming week (UTC days) that are not there yet, and returns how many: on a node of a cluster none. Runs as the owner of the table.';

grant execute on function wa.create_log_partitions to wa_maintenance;
