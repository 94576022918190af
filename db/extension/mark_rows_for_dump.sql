-- pg_dump takes an extension's tables to be what the script makes of them, unless they are marked.
do $$
declare
  -- What the script itself writes, and what is made anew from other tables.
  c_unmarked constant regclass[] := array[
    'wa.applied_migrations', 'wa.applied_files', 'wa.rendered_menus', 'wa.rights'
  ];
  v_relation regclass;
begin
  for v_relation in
    select relation.oid
    from pg_catalog.pg_depend as schema
    inner join pg_catalog.pg_depend as member
      on member.refclassid = schema.refclassid and member.refobjid = schema.refobjid and member.deptype = 'e'
    inner join pg_catalog.pg_class as relation
      on member.classid = 'pg_catalog.pg_class'::regclass and relation.oid = member.objid
    where schema.classid = 'pg_catalog.pg_namespace'::regclass
      and schema.objid = 'wa'::regnamespace
      and schema.deptype = 'e'
      and relation.relkind in ('r', 'S')
      and relation.oid <> all (c_unmarked)
  loop
    perform pg_catalog.pg_extension_config_dump(v_relation, '');
  end loop;
end
$$;
