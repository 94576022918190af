"""The notifier executes its routines and reaches no table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

TABLES = (
    "public.notifications",
    "public.profiles",
    "wa.settings",
    "wa.send_error_classes",
    "wa.queue_state",
    "wa.number_pace",
    "wa.pair_pace",
    "wa.recipient_blocks",
    "wa.media_cache",
    "wa.alerts",
    "wa.alert_occurrences",
    "wa.account_events",
    "wa.message_templates",
    "wa.marketing_preferences",
)


def test_the_notifier_executes_its_routines_and_no_others(
    connection: Connection[DictRow],
) -> None:
    rows = connection.execute(
        """
        select oid::regprocedure::text as routine
        from pg_proc
        where pronamespace in ('public'::regnamespace, 'wa'::regnamespace)
          and has_function_privilege('wa_notifier_role', oid, 'execute')
          and has_schema_privilege('wa_notifier_role', pronamespace, 'usage')
          and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
        order by 1"""
    )
    assert {row["routine"].split("(")[0] for row in rows} == {
        "wa_alerts_claim",
        "wa_alerts_group",
        "wa_alerts_settle",
        "wa_health",
        "wa_notifications_claim",
        "wa_notifications_settle",
        "wa_tasks_expire",
    }


@pytest.mark.parametrize("table", TABLES)
def test_the_notifier_reads_and_writes_no_table(
    notifier_connection: Connection[DictRow], table: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        notifier_connection.execute(f"select from {table}".encode())
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        notifier_connection.execute(f"delete from {table}".encode())


def test_the_runtime_holds_exactly_the_runbooks_rights_on_the_outbox(
    connection: Connection[DictRow],
) -> None:
    rows = connection.execute(
        """
        select privilege_type from pg_class cross join aclexplode(relacl)
        where pg_class.oid = 'public.notifications'::regclass and grantee = 'wa_runtime'::regrole"""
    )
    assert {row["privilege_type"] for row in rows} == {"SELECT", "INSERT", "UPDATE"}
