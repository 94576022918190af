create or replace function wa.expire_tables(p_batch integer)
returns table (table_name text, expired integer)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rule record;
  v_hint text;
begin
  for v_rule in
    select
      routine.oid::regproc::text as name,
      substr(routine.proname, 8) as of_table,
      format('select %s($1)', routine.oid::regproc) as statement
    from pg_proc as routine
    where routine.pronamespace = 'wa'::regnamespace
      and starts_with(routine.proname, 'expire_')
      and (routine.pronargs, routine.proargtypes[0]) = (1, 'int4'::regtype)
      and routine.prorettype = 'int4'::regtype
    order by routine.proname
  loop
    -- One flow's mistake does not keep what everybody else stores.
    begin
      execute v_rule.statement into expired using p_batch;
      table_name := v_rule.of_table;
      return next;
    exception
      when others then
        get stacked diagnostics v_hint = pg_exception_hint;
        perform wa.raise_alert(
          'retention_failed',
          v_rule.name,
          jsonb_build_object(
            'message', wa.mask_numbers(left(format('%s: %s', v_rule.name, sqlerrm), 500)),
            'hint', nullif(wa.mask_numbers(left(v_hint, 500)), '')
          )
        );
    end;
  end loop;
end
$$;

comment on function wa.expire_tables is
'Of wa_retention_step: has every flow let go of what is past its time in a table of its own, by the routine wa.expire_<table>(batch integer) returns integer, which does up to so many rows and returns how many it did. A rule that fails is undone alone, and an alert names it.';

grant execute on function wa.expire_tables to wa_maintenance;
