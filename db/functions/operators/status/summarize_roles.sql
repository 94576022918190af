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
  from (
    values
    (1, 'wa_edge_role', true),
    (2, 'wa_notifier_role', true),
    (3, 'wa_operator_role', true),
    (4, 'wa_runtime', false),
    (5, 'wa_basket_owner', false),
    (6, 'wa_maintenance', false),
    (7, 'wa_privacy', false)
  ) as expected (position, name, is_process)
  left join pg_catalog.pg_roles as role on role.rolname = expected.name
$$;

comment on function wa.summarize_roles is
'The roles of wa-webhook: whether each exists, can log in, is a member of others, or has a power of its own (superuser, bypassrls, createrole, createdb, replication), which none should have.';
