"""What the role of a connection may do, against what its process needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wa_webhook.doctor.check import Check, fail, ok, warn
from wa_webhook.doctor.configuration import Process
from wa_webhook.operations.role_scripts import run_role_script

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from psycopg import Connection

    from wa_webhook.naming.names import Names

REQUIRED: Mapping[Process, frozenset[str]] = {
    Process.SERVE: frozenset({"wa_dispatch", "wa_retention_step", "wa_health", "wa_metrics"}),
    Process.NOTIFY: frozenset(
        {
            "wa_notifications_claim",
            "wa_notifications_settle",
            "wa_alerts_group",
            "wa_alerts_claim",
            "wa_alerts_settle",
            "wa_tasks_expire",
            "wa_health",
        }
    ),
    Process.WORK: frozenset(
        {
            "wa_tasks_claim",
            "wa_tasks_settle",
            "wa_media_deletions_claim",
            "wa_media_deletions_settle",
        }
    ),
    Process.OPERATOR: frozenset(
        {
            "wa_status",
            "wa_failed_events",
            "wa_replay_event",
            "wa_replay_events",
            "wa_replay_payload",
            "wa_queue_resume",
            "wa_retention_purge",
            "wa_health",
        }
    ),
}
OPERATOR_WRITES = frozenset({"DELETE"})

_ABOUT_ROLE = """
select
    role.rolname,
    role.rolsuper,
    role.rolbypassrls or role.rolcreaterole or role.rolcreatedb or role.rolreplication,
    role.rolcreaterole,
    coalesce(pg_has_role(role.oid, events.relowner, 'usage'), false),
    array(
        select granted.rolname::text
        from pg_catalog.pg_auth_members as membership
        join pg_catalog.pg_roles as granted on granted.oid = membership.roleid
        where membership.member = role.oid
        order by 1
    )
from pg_catalog.pg_roles as role
left join pg_catalog.pg_class as events on events.oid = to_regclass(%s)
where role.rolname = current_user
"""

_ROUTINES = """
select routine.proname::text
from pg_catalog.pg_proc as routine
join pg_catalog.pg_namespace as namespace on namespace.oid = routine.pronamespace
where namespace.nspname = any(%s)
    and starts_with(routine.proname, 'wa_')
    and has_schema_privilege(namespace.oid, 'usage')
    and has_function_privilege(routine.oid, 'execute')
"""

_TABLES = """
select relation.oid::regclass::text || ' (' || string_agg(lower(privilege.name), ', ') || ')'
from pg_catalog.pg_class as relation
join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) as privilege (name)
where namespace.nspname = any(%s)
    and relation.relkind in ('r', 'p', 'v')
    and not relation.relispartition
    and has_schema_privilege(namespace.oid, 'usage')
    and case
        when privilege.name in ('DELETE', 'TRUNCATE')
            then has_table_privilege(relation.oid, privilege.name)
        else has_any_column_privilege(relation.oid, privilege.name)
    end
    and not exists (
        select from pg_catalog.pg_depend as part
        where part.objid = relation.oid and part.deptype = 'e'
    )
group by relation.oid
order by 1
"""

_BEYOND_REACH = """
select role.rolname::text
from pg_catalog.pg_roles as role
where role.rolname = any(%s)
    and current_setting('server_version_num')::integer >= 160000
    and not pg_has_role(role.oid, 'member with admin option')
order by 1
"""


@dataclass(frozen=True)
class Role:
    """The role of a connection, as the catalog describes it."""

    name: str
    is_superuser: bool
    has_power: bool
    may_create_roles: bool
    owns_tables: bool
    member_of: list[str]


def read_role(connection: Connection[Any], schema: str) -> Role:
    """Return the role that the connection has. Raises psycopg.Error."""
    row = connection.execute(_ABOUT_ROLE, (f'"{schema}".wa_events',)).fetchone()
    assert row is not None  # noqa: S101 (the current role exists)
    return Role(*row)


def standard_roles(names: Names) -> Mapping[Process, str]:
    """Return the role that is made for each process."""
    return {
        Process.SERVE: names.edge_role,
        Process.NOTIFY: names.notifier_role,
        Process.WORK: names.worker_role,
        Process.OPERATOR: names.operator_role,
    }


def guess_process_by_name(role: str, names: Names) -> Process | None:
    """Return whose role goes by this name, or None; a pooler's user may have a suffix to it."""
    processes = {name: process for process, name in standard_roles(names).items()}
    return processes.get(role) or processes.get(role.partition(".")[0])


def guess_process(connection: Connection[Any], role: Role, names: Names) -> Process:
    """Return whose role this is, by its name or else by what it owns and may execute."""
    if (named := guess_process_by_name(role.name, names)) is not None:
        return named
    if role.is_superuser or role.owns_tables:
        return Process.MIGRATE
    held = _routines(connection, names.schema)
    for process, routine in (
        (Process.NOTIFY, "wa_notifications_claim"),
        (Process.WORK, "wa_tasks_claim"),
        (Process.OPERATOR, "wa_replay_event"),
    ):
        if routine in held:
            return process
    return Process.SERVE


def check_privileges(
    connection: Connection[Any], role: Role, process: Process, names: Names
) -> Iterator[Check]:
    """Look for too few rights and for too many, in both schemas. Raises psycopg.Error."""
    if process is Process.MIGRATE:
        yield from _check_migrating_role(connection, role, names)
        return
    found = [
        *_too_few(connection, process, role, names),
        *_too_much_power(role, process, names),
        *_too_many_rights(connection, process, role, names),
    ]
    if not found:
        found = [ok("privileges", f"{role.name} holds what {process} needs, and no more")]
    yield from found


def _check_migrating_role(connection: Connection[Any], role: Role, names: Names) -> Iterator[Check]:
    if role.is_superuser:
        yield warn(
            "privileges",
            f"{role.name} is a superuser, which migrating does not take",
            "Migrate as the role that owns the database, such as postgres on Supabase.",
        )
    elif not role.may_create_roles:
        yield fail(
            "privileges",
            f"{role.name} may not create roles",
            f"As its creator: alter role {role.name} createrole;",
        )
    elif beyond := _column(connection, _BEYOND_REACH, (list(names.roles.values()),)):
        yield fail(
            "privileges",
            f"{role.name} may not change {', '.join(beyond)}, so that a login can neither be given"
            " nor taken: the server was upgraded from a version before 16",
            f"As a superuser, such as supabase_admin: grant {', '.join(beyond)} to {role.name}"
            " with admin option;",
        )
    else:
        yield ok("privileges", f"{role.name} may migrate")


def _too_few(
    connection: Connection[Any], process: Process, role: Role, names: Names
) -> Iterator[Check]:
    missing = REQUIRED[process] - _routines(connection, names.schema)
    if missing:
        yield fail(
            "privileges",
            f"{role.name} may not execute {', '.join(sorted(missing))}",
            f"Connect as {standard_roles(names)[process]}; if you do, run wa-webhook migrate.",
        )


def _too_much_power(role: Role, process: Process, names: Names) -> Iterator[Check]:
    mend = f"Connect as {standard_roles(names)[process]}: db/roles/give_login.sql gives it a login."
    if role.is_superuser:
        yield fail("privileges", f"{role.name} is a superuser", mend)
    elif role.owns_tables:
        yield fail("privileges", f"{role.name} owns the tables", mend)
    elif role.has_power:
        yield fail(
            "privileges",
            f"{role.name} may pass row security, create roles or databases, or replicate",
            mend,
        )
    elif role.member_of:
        yield warn(
            "privileges",
            f"{role.name} is a member of {', '.join(role.member_of)}",
            f"As the migrating role: revoke {', '.join(role.member_of)} from {role.name};",
        )


def _too_many_rights(
    connection: Connection[Any], process: Process, role: Role, names: Names
) -> Iterator[Check]:
    if role.is_superuser or role.owns_tables or process is Process.OPERATOR:
        return
    tables = _column(connection, _TABLES, ([names.schema, names.private_schema],))
    if tables:
        yield warn(
            "privileges",
            f"{role.name} reaches {len(tables)} tables, and {process} needs none:"
            f" {', '.join(tables)}",
            f"{run_role_script('take_direct_access.sql', names)}, unless an older function needs"
            " them.",
        )
    foreign = _routines(connection, names.schema) & _of_others(process)
    if foreign:
        yield warn(
            "privileges",
            f"{role.name} may also execute {', '.join(sorted(foreign))}",
            f"As the migrating role: revoke execute on them from {role.name}.",
        )


def _of_others(process: Process) -> frozenset[str]:
    """Return the routines that only other processes need."""
    others = (needed for other, needed in REQUIRED.items() if other is not process)
    return frozenset().union(*others) - REQUIRED[process] - {"wa_retention_purge"}


def _routines(connection: Connection[Any], schema: str) -> frozenset[str]:
    return frozenset(_column(connection, _ROUTINES, ([schema],)))


def _column(connection: Connection[Any], query: str, parameters: tuple[object, ...]) -> list[str]:
    return [value for (value,) in connection.execute(query.encode(), parameters)]
