create or replace function wa.move_to_survivor(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_statement text;
begin
  for v_statement in
    with rule as (
      select routine.oid::regproc as routine, substr(routine.proname, 7) as table_name
      from pg_proc as routine
      where routine.pronamespace = 'wa'::regnamespace
        and starts_with(routine.proname, 'merge_')
        and (routine.pronargs, routine.proargtypes[0], routine.proargtypes[1]) = (2, 'uuid'::regtype, 'uuid'::regtype)
        and routine.prorettype = 'void'::regtype
    ),

    reference as (
      select relation.oid::regclass as relation, relation.relname as table_name, attribute.attname as column_name
      from pg_constraint as reference
      inner join pg_class as relation on relation.oid = reference.conrelid
      inner join pg_attribute as attribute
        on attribute.attrelid = relation.oid
        and attribute.attnum = reference.conkey[1]
      where reference.contype = 'f'
        and reference.confrelid = 'public.profiles'::regclass
        and reference.conparentid = 0
        and has_column_privilege('wa_runtime', relation.oid, attribute.attnum, 'select')
        and has_column_privilege('wa_runtime', relation.oid, attribute.attnum, 'update')
    )

    select move.statement
    from (
      select rule.table_name, format('select %s($1, $2)', rule.routine) as statement
      from rule
      union all
      select reference.table_name, format('update %1$s set %2$I = $2 where %2$I = $1', reference.relation, reference.column_name)
      from reference
      where reference.table_name not in (select rule.table_name from rule)
    ) as move
    order by move.table_name, move.statement
  loop
    execute v_statement using p_merged, p_survivor;
  end loop;
end
$$;

comment on function wa.move_to_survivor is
'Lets what refers to a merged profile refer to its survivor, table by table in the order of their names. A table has a rule of its own in the routine wa.merge_<table>(merged uuid, survivor uuid) returns void, as where keys could collide; otherwise each of its foreign keys to profiles that wa_runtime may read and update moves. What it may not update is a record of its time, and stays.';
