"""wa_operator_role holds what documents and commands use, and nothing else.

Each right is taken away, alone. If no statement of the documents and no query of the commands is
then refused, nobody needs it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pglast
import psycopg
import pytest
from psycopg.rows import tuple_row

from tests.dispatching import values
from tests.docs.code_blocks import find_code_blocks
from tests.fixtures.names import current_names
from wa_webhook.doctor.privileges import REQUIRED
from wa_webhook.flows.map import read_flow_map
from wa_webhook.flows.problems import list_problems
from wa_webhook.operations.migrations import read_migrations
from wa_webhook.operations.numbers import Numbers

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

pytestmark = pytest.mark.any_server

DOCUMENTS = (
    "docs/runbook.md",
    "docs/reference/outbox.md",
    "docs/operate/restore.md",
    "docs/build/tasks.md",
    "docs/build/media.md",
    "docs/operate/handover.md",
)
NOBODY = "00000000-0000-0000-0000-000000000000"

RIGHTS = """
    select format('%s on table %s', lower(privilege_type), relation.oid::regclass)
    from pg_class as relation cross join aclexplode(relation.relacl) as privilege
    where privilege.grantee = 'wa_operator_role'::regrole
    union all
    select format('%s (%I) on table %s', lower(privilege_type), attname, attrelid::regclass)
    from pg_attribute cross join aclexplode(attacl) as privilege
    where privilege.grantee = 'wa_operator_role'::regrole
    union all
    select format('execute on routine %s', routine.oid::regprocedure)
    from pg_proc as routine cross join aclexplode(routine.proacl) as privilege
    where privilege.grantee = 'wa_operator_role'::regrole
    order by 1
"""

# Of a table, or of a routine before its arguments.
_NAME = re.compile(r"(\w+)(?:\(.*\))?$")


@dataclass(frozen=True)
class Uses:
    """Everything that a person on call is told to do, as the operator."""

    operator: Connection[DictRow]
    statements: tuple[str, ...]

    def are_all_allowed(self, *, first: str = "") -> bool:
        """Try what names `first` before what the commands do, and that before everything else."""
        those = [one for one in self.statements if first in one]
        others = [one for one in self.statements if first not in one]
        return (
            all(map(self._is_allowed, those))
            and self._commands_are_allowed()
            and all(map(self._is_allowed, others))
        )

    def _is_allowed(self, statement: str) -> bool:
        try:
            with self.operator.transaction(force_rollback=True):
                self.operator.execute("set local search_path = public")
                self.operator.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege:
            return False
        except psycopg.Error:
            return True
        return True

    def _commands_are_allowed(self) -> bool:
        numbers = Numbers(self.operator, current_names())
        try:
            with self.operator.transaction(force_rollback=True):
                read_flow_map(self.operator)
                list_problems(self.operator, current_names())
                numbers.list_known()
                numbers.add("1060")
                numbers.retire("1060")
        except psycopg.errors.InsufficientPrivilege:
            return False
        self.operator.row_factory = tuple_row  # type: ignore[assignment]
        return read_migrations(self.operator).is_known


def documented_statements() -> tuple[str, ...]:
    return tuple(
        statement.replace("<profile_id>", NOBODY).replace("<payload_id>", "0")
        for document in DOCUMENTS
        for block in find_code_blocks(document, "sql")
        for statement in pglast.split(block.code.replace("<payload_id>", "0"))
        # Those are a worker's, a notifier's, and what a team's own steps are made of.
        if not any(others in statement for others in ("wa_tasks_", "wa_notifications_settle"))
        and not statement.startswith("create function")
    )


def test_the_operator_holds_no_right_that_nothing_needs(
    operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    asked_by_doctor = ("select wa_health()", "select wa_metrics()")
    asked_by_console = (
        "select wa_desk_session('Kim')",
        "select wa_desk_media('{}')",
        "select wa_desk_note_delete(0, 'Kim')",
        f"select wa_desk_picture('{NOBODY}', repeat('0', 64))",
        "select wa_desk_picture_send(0, 1, 'image/png')",
    )
    asked_before_erasing = (f"select wa.count_person('{NOBODY}')",)
    asked = asked_by_doctor + asked_by_console + asked_before_erasing
    uses = Uses(operator, documented_statements() + asked)
    assert uses.are_all_allowed()
    rights = values(connection, RIGHTS.replace("%", "%%"))
    assert len(rights) > 30
    idle = []
    for right in rights:
        connection.execute(f"revoke {right} from wa_operator_role".encode())
        if uses.are_all_allowed(first=_NAME.findall(right)[0]):
            idle.append(right)
        connection.execute(f"grant {right} to wa_operator_role".encode())
    assert not idle, "\n".join(idle)


def test_the_doctor_knows_only_routines_that_the_role_has(
    operator: Connection[DictRow],
) -> None:
    for role, needed in zip(
        ("wa_edge_role", "wa_notifier_role", "wa_worker_role", "wa_operator_role"),
        REQUIRED.values(),
        strict=True,
    ):
        held = values(
            operator,
            "select proname::text from pg_proc where pronamespace = 'public'::regnamespace"
            " and has_function_privilege(%s, oid, 'execute')",
            role,
        )
        assert needed <= set(held)
