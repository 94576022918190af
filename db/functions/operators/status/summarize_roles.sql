create or replace function wa.summarize_roles()
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_agg(
    jsonb_build_object(
      'role', expected.name,
      'is_process', expected.is_process,
      'exists', role.rolname is not null,
      'can_login', coalesce(role.rolcanlogin, false),
      'has_power', coalesce(
        role.rolsuper or role.rolbypassrls or role.rolcreaterole or role.rolcreatedb or role.rolreplication, false
      ),
      'member_of', (
        select coalesce(jsonb_agg(granted.rolname order by granted.rolname), '[]')
        from pg_catalog.pg_auth_members as membership
        inner join pg_catalog.pg_roles as granted on granted.oid = membership.roleid
        where membership.member = role.oid
      )
    )
    order by expected.position
  )
  from wa.list_roles() with ordinality as expected (name, is_process, position)
  left join pg_catalog.pg_roles as role on role.rolname = expected.name
$$;

comment on function wa.summarize_roles is
'The roles of wa-webhook: whether each exists, can log in, is a member of others, or has a power of its own (superuser, bypassrls, createrole, createdb, replication), which none should have.';
