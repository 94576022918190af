create or replace function wa.list_rights()
returns table (object text, held text, giving text, taking text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- What is noted is compared as text.
set quote_all_identifiers = off
as $$
declare
  v_prefixes constant text[] := array(select flow.prefix from wa.flows as flow where flow.prefix is not null);
  v_shards constant oid[] := wa.list_shards();
begin
  return query
  -- Those whose rights the source decides. What a team gives to roles of its own is its own business, and what
  -- belongs to none of these belongs to whoever migrates.
  with role as materialized (
    select known.oid, quote_ident(known.rolname) as name, ours.name is not null as is_ours
    from pg_roles as known
    left join wa.list_roles() as ours on known.rolname = ours.name
    where ours.name is not null or known.rolname in ('anon', 'authenticated')
    union all
    select 0, 'public', false
  ),

  relation as materialized (
    select
      class.oid,
      case class.relkind when 'S' then 'sequence' else 'table' end as kind,
      class.oid::regclass::text as name,
      class.relowner as owner,
      class.relrowsecurity as has_row_security,
      class.relacl as acl,
      class.relnamespace = 'wa'::regnamespace as is_private
    from pg_class as class
    where class.relkind in ('r', 'p', 'S', 'v')
      -- A day's partition of webhook_logs comes with its rights and goes.
      and not class.relispartition
      and class.oid <> all(v_shards)
      and (
        class.relnamespace = 'wa'::regnamespace
        or (
          class.relnamespace = 'public'::regnamespace
          -- A table of an app is its own business, also where it is open to a role of ours.
          and (
            class.relname in (
              'profiles', 'chat_state', 'wa_events', 'notifications', 'webhook_logs',
              'baskets', 'basket_members', 'basket_contributions'
            )
            or exists (
              select from unnest(v_prefixes) as prefix
              where class.relname = prefix or starts_with(class.relname::text, prefix || '_')
            )
          )
          and (
            exists (
              select from aclexplode(class.relacl) as acl inner join role on acl.grantee = role.oid where role.is_ours
            )
            or exists (
              select from pg_policy as policy inner join role on role.oid = any(policy.polroles)
              where policy.polrelid = class.oid and role.is_ours
            )
          )
        )
      )
  ),

  routine as materialized (
    select
      case proc.prokind when 'p' then 'procedure' else 'function' end || ' ' || proc.oid::regprocedure::text as name,
      proc.proowner as owner,
      proc.proacl as acl,
      proc.prosecdef as is_definer,
      proc.proconfig as settings,
      proc.prosrc as source
    from wa.list_routines() as ours (oid)
    inner join pg_proc as proc on proc.oid = ours.oid
  )

  select
    relation.kind || ' ' || relation.name,
    'belongs to ' || coalesce(role.name, 'current_user'),
    format('alter %s %s owner to %s', relation.kind, relation.name, coalesce(role.name, 'current_user')),
    null
  from relation
  left join role on relation.owner = role.oid
  union all
  select
    relation.kind || ' ' || relation.name,
    'has row level security',
    format('alter table %s enable row level security', relation.name),
    null
  from relation
  where relation.has_row_security
  union all
  select
    relation.kind || ' ' || relation.name,
    format('%s for %s', lower(acl.privilege_type), role.name),
    format('grant %s on %s %s to %s', acl.privilege_type, relation.kind, relation.name, role.name),
    format('revoke %s on %s %s from %s', acl.privilege_type, relation.kind, relation.name, role.name)
  from relation
  cross join lateral aclexplode(relation.acl) as acl
  inner join role on acl.grantee = role.oid
  where acl.grantee <> relation.owner
  union all
  select
    'table ' || relation.name,
    format('%s (%I) for %s', lower(acl.privilege_type), attribute.attname, role.name),
    format('grant %s (%I) on table %s to %s', acl.privilege_type, attribute.attname, relation.name, role.name),
    format('revoke %s (%I) on table %s from %s', acl.privilege_type, attribute.attname, relation.name, role.name)
  from relation
  inner join pg_attribute as attribute on relation.oid = attribute.attrelid and not attribute.attisdropped
  cross join lateral aclexplode(attribute.attacl) as acl
  inner join role on acl.grantee = role.oid
  where acl.grantee <> relation.owner
  union all
  select
    'table ' || relation.name,
    'policy ' || policy.terms,
    format('create policy %s', replace(policy.terms, ' on it ', format(' on %s ', relation.name))),
    format('drop policy %I on %s', policy.name, relation.name)
  from relation
  inner join (
    select
      stored.polrelid,
      stored.polname as name,
      exists (select from role where role.oid = any(stored.polroles)) as is_for_listed,
      concat_ws(
        ' ',
        quote_ident(stored.polname),
        'on it',
        case when not stored.polpermissive then 'as restrictive' end,
        'for ' || case stored.polcmd
          when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all'
        end,
        'to ' || (
          select string_agg(coalesce(role.name, 'current_user'), ', ' order by role.name)
          from unnest(stored.polroles) as named (oid)
          left join role on named.oid = role.oid
        ),
        'using (' || pg_get_expr(stored.polqual, stored.polrelid) || ')',
        'with check (' || pg_get_expr(stored.polwithcheck, stored.polrelid) || ')'
      ) as terms
    from pg_policy as stored
  ) as policy on relation.oid = policy.polrelid and (relation.is_private or policy.is_for_listed)
  union all
  select
    routine.name,
    detail.held,
    null,
    null
  from routine
  left join role on routine.owner = role.oid
  cross join lateral (
    values
    ('belongs to ' || coalesce(role.name, 'current_user')),
    (case when routine.is_definer then 'runs as its owner' else 'runs as its caller' end),
    ('has the settings ' || coalesce(routine.settings::text, '{}')),
    ('has the body ' || left(encode(sha256(convert_to(routine.source, 'UTF8')), 'hex'), 16))
  ) as detail (held)
  union all
  select
    routine.name,
    format('execute for %s', role.name),
    null,
    null
  from routine
  cross join lateral aclexplode(coalesce(routine.acl, acldefault('f', routine.owner))) as acl
  inner join role on acl.grantee = role.oid
  where acl.grantee <> routine.owner
  union all
  select
    'schema ' || namespace.oid::regnamespace::text,
    format('%s for %s', lower(acl.privilege_type), role.name),
    format('grant %s on schema %s to %s', acl.privilege_type, namespace.oid::regnamespace, role.name),
    format('revoke %s on schema %s from %s', acl.privilege_type, namespace.oid::regnamespace, role.name)
  from pg_namespace as namespace
  cross join lateral aclexplode(namespace.nspacl) as acl
  inner join role on acl.grantee = role.oid
  where namespace.oid in ('public'::regnamespace, 'wa'::regnamespace)
    and acl.grantee <> namespace.nspowner
    and (role.is_ours or namespace.oid = 'wa'::regnamespace);
end
$$;

comment on function wa.list_rights is
'What the catalog says of the owners, policies, privileges, settings and bodies of our tables and routines, each with the statements that give and take it (null for routines, which are applied again instead). In public a table is ours that every database has, or whose name begins with a flow''s. Of privileges those of our roles, of everybody, and of the API roles; of policies in public, too.';
