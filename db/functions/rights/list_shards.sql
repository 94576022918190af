create or replace function wa.list_shards()
returns oid[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tell constant regproc := to_regprocedure('pg_catalog.relation_is_a_known_shard(regclass)')::oid::regproc;
  v_shards oid[] := array[]::oid[];
begin
  if v_tell is not null then
    execute format(
      'select array(select oid from pg_catalog.pg_class where relkind in (''r'', ''p'') and %s(oid))', v_tell
    )
    into v_shards;
  end if;

  return v_shards;
end
$$;

comment on function wa.list_shards is
'What keeps the rows of tables on a node of a cluster (Citus): each of these is there twice, and what is asked is the other. None on a server by itself.';

grant execute on function wa.list_shards to wa_runtime, wa_privacy;
