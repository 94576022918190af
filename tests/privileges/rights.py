"""What every role may do, as the catalog has it: objects, rights on them, memberships, policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from psycopg.rows import class_row

from wa_webhook.dev.postgres import MIGRATING_ROLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

Row = TypeVar("Row")

OUR_ROLES = (
    "wa_edge_role",
    "wa_notifier_role",
    "wa_worker_role",
    "wa_reader_role",
    "wa_agent_role",
    "wa_operator_role",
    "wa_runtime",
    "wa_basket_owner",
    "wa_maintenance",
    "wa_privacy",
)
LISTED_ROLES = ", ".join(f"'{role}'" for role in OUR_ROLES)

# The role that migrates owns the database and what is in it; superusers may do anything.
_OF_INTEREST = f"""
    role.rolname is distinct from '{MIGRATING_ROLE}'
    and role.rolname is distinct from 'pg_database_owner' and role.rolsuper is not true
"""
_OBJECTS = (
    """
with ours as (
    select oid, nspname from pg_namespace
    where nspname in ('public', 'wa', 'extensions')
),
extension_member as (
    select dependency.classid, dependency.objid, extension.extname
    from pg_depend as dependency
    join pg_extension as extension on extension.oid = dependency.refobjid
    where dependency.deptype = 'e' and dependency.refclassid = 'pg_extension'::regclass
),
object as (
    select
        case when relkind = 'S' then 'sequence' else 'table' end as kind,
        relnamespace as namespace,
        coalesce(
            'each partition of '
                || (select whole.relname from pg_class as whole where whole.oid = parent.inhparent),
            relname
        ) as name,
        null as runs_as,
        relowner as owner,
        coalesce(
            relacl, acldefault(case when relkind = 'S' then 's'::"char" else 'r' end, relowner)
        ) as acl,
        null as column_name,
        'pg_class'::regclass as classid,
        relation.oid as objid
    from pg_class as relation
    left join pg_inherits as parent on parent.inhrelid = relation.oid and relation.relispartition
    where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all
    select
        'table', relnamespace, relname, null,
        relowner, attacl, attname, 'pg_class'::regclass, attrelid
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where attacl is not null
    union all
    select
        'routine', pronamespace,
        case
            when count(*) over (partition by pronamespace, proname) > 1
                then format('%s(%s)', proname, pg_get_function_identity_arguments(routine.oid))
            else proname
        end,
        case when prosecdef then proowner::regrole::text else 'its caller' end,
        proowner, coalesce(proacl, acldefault('f', proowner)), null,
        'pg_proc'::regclass, routine.oid
    from pg_proc as routine
    union all
    select
        'type', typnamespace, typname, null,
        typowner, coalesce(typacl, acldefault('T', typowner)), null,
        'pg_type'::regclass, pg_type.oid
    from pg_type left join pg_class on pg_class.oid = typrelid
    where typtype in ('c', 'd', 'e', 'r')
        and (relkind = 'c' or typrelid = 0 or typacl is not null)
    union all
    select
        'schema', oid, nspname, null,
        nspowner, coalesce(nspacl, acldefault('n', nspowner)), null, 0, 0
    from pg_namespace
    union all
    select
        'database', 0, '', null,
        datdba, coalesce(datacl, acldefault('d', datdba)), null, 0, 0
    from pg_database where datname = current_database()
    union all
    select
        'language', 0, lanname, null,
        lanowner, coalesce(lanacl, acldefault('l', lanowner)), null, 0, 0
    from pg_language where lanpltrusted or lanacl is not null
    union all
    select 'setting', 0, parname, null, 10, paracl, null, 0, 0 from pg_parameter_acl
),
held as (
    select object.*, privilege.grantee, privilege.privilege_type, privilege.is_grantable
    from object cross join aclexplode(acl) as privilege
    where privilege.grantee <> owner
    union all
    select object.*, owner, 'OWNER', false from object where column_name is null
)
select distinct
    case
        when member.extname is null then held.kind else format('each %s of extension', held.kind)
    end as kind,
    coalesce(namespace.nspname, '') as schema,
    coalesce(member.extname, held.name) as name,
    case when member.extname is null then coalesce(held.runs_as, '') else '' end as runs_as,
    coalesce(held.column_name, '') as column_name,
    case when """
    + _OF_INTEREST
    + """ then coalesce(role.rolname, 'everyone') else '' end as role,
    held.privilege_type as privilege,
    held.is_grantable
from held
left join pg_namespace as namespace on namespace.oid = held.namespace
left join pg_roles as role on role.oid = held.grantee
left join extension_member as member on member.classid = held.classid and member.objid = held.objid
where (
        held.namespace in (select oid from ours) or held.namespace = 0
        or role.rolname in ("""
    + LISTED_ROLES
    + """)
    )
    and (member.extname is null or held.privilege_type <> 'OWNER')
"""
)
_DEFAULTS = f"""
select
    'default' as kind, coalesce(nspname, '') as schema,
    case defaclobjtype
        when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'routines'
        when 'T' then 'types' else 'schemas'
    end as name,
    '' as runs_as, '' as column_name, coalesce(role.rolname, 'everyone') as role,
    privilege_type as privilege, is_grantable
from pg_default_acl
cross join aclexplode(defaclacl) as privilege
left join pg_namespace on pg_namespace.oid = defaclnamespace
left join pg_roles as role on role.oid = privilege.grantee
where {_OF_INTEREST}
    and (nspname is null or nspname in ('public', 'wa') or role.rolname in ({LISTED_ROLES}))
"""
_ROLES = f"""
select
    role.rolname::text as name,
    array(
        select granted.rolname::text from pg_auth_members as membership
        join pg_roles as granted on granted.oid = membership.roleid
        where membership.member = role.oid
        order by 1
    ) as member_of,
    array_remove(
        array[
            case when rolbypassrls then 'passes row security' end,
            case when rolcreaterole then 'creates roles' end,
            case when rolcreatedb then 'creates databases' end,
            case when rolreplication then 'replicates' end
        ],
        null
    ) as powers
from pg_roles as role
where {_OF_INTEREST} and role.rolname !~ '^pg_'
order by role.rolname collate "C"
"""
_POLICIES = """
select
    format('%I.%I', schemaname, tablename) as table,
    unnest(roles)::text as role,
    cmd as command,
    qual,
    with_check,
    permissive = 'PERMISSIVE' as permits
from pg_policies where schemaname in ('public', 'wa')
"""


@dataclass(frozen=True)
class Right:
    """One right of one role on one object; `role` is empty for what is not listed, such as its
    owner's when that is the migrating role. `column_name` is empty for the whole object.
    """

    kind: str
    schema: str
    name: str
    runs_as: str
    column_name: str
    role: str
    privilege: str
    is_grantable: bool


@dataclass(frozen=True)
class Role:
    """A role with what it has beside rights on objects."""

    name: str
    member_of: list[str]
    powers: list[str]


@dataclass(frozen=True)
class Policy:
    """A row security policy, once for each role that it names."""

    table: str
    role: str
    command: str
    qual: str | None
    with_check: str | None
    permits: bool


@dataclass(frozen=True)
class Rights:
    """Everything that the roles of a database may do."""

    rights: frozenset[Right]
    roles: tuple[Role, ...]
    policies: frozenset[Policy]


def read_rights(
    connection: Connection[Any], rewrite: Callable[[str], str] = lambda query: query
) -> Rights:
    """Read the catalog of a database; any role may. `rewrite` puts other names into the queries."""
    objects, defaults = (
        _read(connection, Right, rewrite(query)) for query in (_OBJECTS, _DEFAULTS)
    )
    return Rights(
        rights=frozenset(objects + defaults),
        roles=tuple(_read(connection, Role, rewrite(_ROLES))),
        policies=frozenset(_read(connection, Policy, rewrite(_POLICIES))),
    )


def _read(connection: Connection[Any], shape: type[Row], query: str) -> list[Row]:
    with connection.cursor(row_factory=class_row(shape)) as cursor:
        return cursor.execute(query.encode()).fetchall()
