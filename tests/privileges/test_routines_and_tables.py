"""Who may execute and touch what: the catalog against the tables written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatching import values

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

ROUTINES = {
    "wa_edge_role": {
        "wa_dispatch(jsonb,jsonb)",
        "wa_retention_purge()",
        "wa_retention_step()",
        "wa_health()",
        "wa_metrics()",
    },
    "wa_notifier_role": {
        "wa_notifications_claim(text,integer,interval)",
        "wa_notifications_settle(jsonb)",
        "wa_alerts_claim(text)",
        "wa_alerts_group()",
        "wa_alerts_settle(jsonb)",
        "wa_health()",
    },
    "wa_operator_role": {
        "wa_retention_purge()",
        "wa_retention_step()",
        "wa_health()",
        "wa_metrics()",
        "wa_replay_event(text)",
        "wa_replay_events(text,timestamp with time zone,timestamp with time zone,integer)",
        "wa_replay_payload(bigint)",
        "wa_failed_events(text,timestamp with time zone,timestamp with time zone)",
        "wa_status()",
        "wa_notify(text,jsonb,timestamp with time zone,text)",
        "wa_notify_many(text[],jsonb,timestamp with time zone,text)",
        "wa_notification_cancel(bigint)",
        "wa_queue_pause(text)",
        "wa_queue_resume()",
        "wa.mask_json(jsonb,text,integer)",
    },
    "anon": set[str](),
    "authenticated": set[str](),
}
BASKET_RPCS = {
    "basket_list_mine(uuid)",
    "basket_discover_nearby(uuid,double precision,double precision,integer)",
    "basket_create(uuid,text,text,boolean,bigint)",
    "basket_join_by_code(uuid,text,text)",
    "basket_detail(uuid,uuid)",
    "basket_generate_qr(uuid,uuid)",
    "basket_close(uuid,uuid)",
    "basket_leave(uuid,uuid)",
}
RUNBOOK_MATRIX = {
    "profiles": {"SELECT", "INSERT", "UPDATE"},
    "chat_state": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    "wa_events": {"SELECT", "INSERT", "DELETE"},
    "webhook_logs": {"SELECT", "INSERT", "DELETE"},
    "notifications": {"SELECT", "INSERT", "UPDATE"},
}
MAINTENANCE = {
    "wa_events": {"SELECT", "DELETE"},
    "notifications": {"SELECT", "DELETE"},
    "wa.kept_payloads": {"SELECT", "DELETE"},
    "wa.retention_state": {"SELECT", "UPDATE"},
    "wa.settings": {"SELECT"},
    "wa.alerts": {"SELECT", "DELETE"},
    "wa.alert_occurrences": {"SELECT", "INSERT", "DELETE"},
}
OPERATOR = {
    "profiles": {"SELECT"},
    "chat_state": {"SELECT", "DELETE"},
    "wa_events": {"SELECT", "DELETE"},
    "webhook_logs": {"SELECT"},
    "notifications": {"SELECT"},
}

EXECUTABLE = """
    select routine.oid::regprocedure::text
    from pg_proc as routine
    where routine.pronamespace in ('public'::regnamespace, 'wa'::regnamespace)
        and has_function_privilege(%s, routine.oid, 'execute')
        and has_schema_privilege(%s, routine.pronamespace, 'usage')
"""
GRANTED = """
    select relation.oid::regclass::text as name, array_agg(distinct privilege_type) as privileges
    from pg_class as relation
    cross join aclexplode(relation.relacl) as privilege
    where relation.relnamespace in ('public'::regnamespace, 'wa'::regnamespace)
        and privilege.grantee = %s::regrole
        and privilege.grantee <> relation.relowner
    group by relation.oid
"""


def granted(connection: Connection[DictRow], role: str) -> dict[str, set[str]]:
    rows = connection.execute(GRANTED.encode(), (role,))
    return {one["name"]: set(one["privileges"]) for one in rows}


@pytest.mark.parametrize("role", ROUTINES)
def test_a_role_executes_exactly_its_routines(connection: Connection[DictRow], role: str) -> None:
    assert set(values(connection, EXECUTABLE, role, role)) == ROUTINES[role]


def test_the_runtime_holds_exactly_the_runbooks_table_matrix(
    connection: Connection[DictRow],
) -> None:
    held = granted(connection, "wa_runtime")
    assert {
        name: rights for name, rights in held.items() if not name.startswith("wa.")
    } == RUNBOOK_MATRIX


def test_the_runtime_executes_the_basket_rpcs_of_the_runbook(
    connection: Connection[DictRow],
) -> None:
    held = set(values(connection, EXECUTABLE, "wa_runtime", "wa_runtime"))
    assert held >= BASKET_RPCS


def test_maintenance_reads_and_deletes_only_what_retention_purges(
    connection: Connection[DictRow],
) -> None:
    assert granted(connection, "wa_maintenance") == MAINTENANCE


def test_the_operator_reads_and_deletes_what_the_runbook_names(
    connection: Connection[DictRow],
) -> None:
    held = granted(connection, "wa_operator_role")
    assert {name: rights for name, rights in held.items() if not name.startswith("wa.")} == OPERATOR


def test_the_operator_updates_only_what_draining_the_queue_takes(
    connection: Connection[DictRow],
) -> None:
    query = """
        select attribute.attname::text
        from pg_attribute as attribute cross join aclexplode(attribute.attacl) as privilege
        where attribute.attrelid = 'public.notifications'::regclass
            and privilege.grantee = 'wa_operator_role'::regrole"""
    assert set(values(connection, query)) == {"status", "next_attempt_at", "retry_count"}


@pytest.mark.parametrize("role", ["wa_edge_role", "wa_notifier_role", "anon", "authenticated"])
def test_the_process_and_api_roles_hold_no_table_sequence_or_private_schema(
    connection: Connection[DictRow], role: str
) -> None:
    assert granted(connection, role) == {}
    held_schemas = """
        select nspname::text from pg_namespace
        where nspname in ('wa', 'supabase_migrations')
            and has_schema_privilege(%s, oid, 'usage, create')"""
    assert values(connection, held_schemas, role) == []


def test_no_role_may_create_in_our_schemas_but_owners(connection: Connection[DictRow]) -> None:
    query = """
        select rolname || ' in ' || nspname
        from pg_roles cross join pg_namespace
        where nspname in ('public', 'wa') and not rolsuper
            and has_schema_privilege(pg_roles.oid, pg_namespace.oid, 'create')
            and (rolname like 'wa\\_%%' or rolname in ('anon', 'authenticated', 'service_role'))"""
    assert values(connection, query) == ["wa_maintenance in wa"]


def test_no_role_of_ours_is_a_member_of_another(connection: Connection[DictRow]) -> None:
    query = """
        select member::regrole::text || ' in ' || roleid::regrole::text from pg_auth_members
        where roleid::regrole::text like 'wa\\_%%' and member::regrole::text <> 'postgres'
            and not exists (select from pg_roles where pg_roles.oid = member and rolsuper)"""
    assert values(connection, query) == []


def test_roles_of_ours_have_no_power_of_their_own(connection: Connection[DictRow]) -> None:
    query = """
        select rolname::text from pg_roles
        where rolname like 'wa\\_%%'
            and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)"""
    assert values(connection, query) == []


def test_definer_routines_fix_their_search_path_and_belong_to_a_role_that_cannot_log_in(
    connection: Connection[DictRow],
) -> None:
    query = """
        select routine.oid::regprocedure::text
        from pg_proc as routine join pg_roles as owner on owner.oid = routine.proowner
        where routine.prosecdef
            and routine.pronamespace in ('public'::regnamespace, 'wa'::regnamespace)
            and (
                routine.proconfig is null or not 'search_path=""' = any(routine.proconfig)
                or owner.rolsuper or owner.rolcanlogin
            )"""
    assert values(connection, query) == []
