create or replace function wa.is_on_node()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_on_node boolean := false;
begin
  if to_regclass('pg_catalog.pg_dist_schema') is not null then
    execute 'select exists (select from pg_catalog.pg_dist_schema where schemaid = $1)'
    into v_is_on_node
    using 'wa'::regnamespace::oid;
  end if;

  return v_is_on_node;
end
$$;

comment on function wa.is_on_node is
'Whether this schema is on a node of a cluster (Citus), where tables are made and dropped by its coordinator alone.';

grant execute on function wa.is_on_node to wa_maintenance;
