create or replace function wa.is_on_node()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Named by what is found: a server without nodes has no such table, and what checks routines there would miss it.
  v_schemas constant regclass := to_regclass('pg_catalog.pg_dist_schema');
  v_is_on_node boolean := false;
begin
  if v_schemas is not null then
    execute format('select exists (select from %s where schemaid = $1)', v_schemas)
    into v_is_on_node
    using 'wa'::regnamespace::oid;
  end if;

  return v_is_on_node;
end
$$;

comment on function wa.is_on_node is
'Whether this schema is on a node of a cluster (Citus), where tables are made and dropped by its coordinator alone.';

grant execute on function wa.is_on_node to wa_maintenance, wa_runtime;
