"""A login that fills its temporary schema runs nothing of it with the rights of another.

Whatever a routine looks up there, its caller may have put there: types whose checks, and casts
whose functions, would run as the routine's owner.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.dispatching import values
from tests.fixtures.names import current_role
from tests.privileges.calls import LOGINS, Calls, converse, leave_failed, live
from tests.privileges.shadows import KINDS, cast_shadows
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.privileges.shadows import Shadows

GOT_PAST_ITS_ARGUMENTS = ("00000", "WA")

# Looks into the temporary schema before the catalog, and names a table without its schema.
CARELESS = """
create function public.wa_careless() returns pg_catalog.int8 language plpgsql security definer
set search_path = '' as $$
declare
  v_said text := 'x'::pg_catalog.text;
begin
  execute 'select count(*) from profiles';
  return 1;
exception
  when undefined_table then
    return 0;
end $$;
grant create on schema public to wa_runtime;
alter function public.wa_careless() owner to wa_runtime;
revoke create on schema public from wa_runtime;
grant execute on function public.wa_careless() to wa_edge_role;
"""


@pytest.fixture
def lived_in(
    chat: Chat, connection: Connection[DictRow], edge: Connection[DictRow]
) -> Connection[DictRow]:
    """The owner's connection to a database in which something of every kind is."""
    live(chat, connection, edge)
    leave_failed(connection)
    return connection


def outcome_of(shadows: Shadows, statement: str, *, is_kept: bool) -> str:
    """Return the SQLSTATE of a statement; what it did is undone unless `is_kept`."""
    shadows.statement = statement
    try:
        if is_kept:
            shadows.connection.execute(statement.encode())
        else:
            with shadows.connection.transaction(force_rollback=True):
                shadows.connection.execute(statement.encode())
    except psycopg.Error as error:
        return error.sqlstate or "none"
    return "00000"


@dataclass
class Attack:
    """What came of every call of every login."""

    ran: set[tuple[str, str, str]] = field(default_factory=set)
    unreached: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    shadows: int = 0
    routines: int = 0
    statements: int = 0

    def try_as(self, role: str, kind: str, owner: Connection[DictRow], connect: Connect) -> None:
        """Call all that a login may call, and write all that it may write."""
        calls = Calls(owner, role)
        assert calls.triggers == set(), f"{role} could put these on tables of its own"
        shadows = cast_shadows(connect(role), kind)
        outcomes: dict[str, set[str]] = {}
        for name, statement in calls.of_routines():
            is_kept = statement.startswith("call")
            outcomes.setdefault(name, set()).add(outcome_of(shadows, statement, is_kept=is_kept))
            self.statements += 1
        for statement in calls.of_tables():
            outcome_of(shadows, statement, is_kept=False)
            self.statements += 1
        if "wa_dispatch" in outcomes:
            shadows.statement = "a conversation"
            notifier = connect("wa_notifier_role")
            converse(
                Chat(
                    edge=shadows.connection,
                    notifier=notifier,
                    owner=owner,
                    superuser=owner,
                    worker=lambda: owner,
                )
            )
        self.ran |= shadows.ran_as_others(current_role(role))
        self.unreached |= {
            (role, name): states
            for name, states in outcomes.items()
            if not any(state.startswith(GOT_PAST_ITS_ARGUMENTS) for state in states)
        }
        self.shadows += shadows.made
        self.routines += len(outcomes)


@pytest.mark.parametrize("kind", KINDS)
def test_no_login_runs_its_own_code_as_another(
    lived_in: Connection[DictRow], connect: Connect, kind: str
) -> None:
    attack = Attack()
    for role in values(lived_in, LOGINS):
        attack.try_as(role, kind, lived_in, connect)
    print(
        f"{attack.shadows} {kind}, {attack.statements} statements,"
        f" {attack.routines} times a routine that a login may execute"
    )
    assert attack.ran == set()
    assert attack.unreached == {}, "say in tests/privileges/calls.py how to call these"


@pytest.mark.parametrize(
    ("kind", "shadow"),
    [("domains", "type text"), ("casts", "cast to text"), ("relations", "relation profiles")],
)
def test_the_attack_notices_a_careless_routine(
    lived_in: Connection[DictRow], connect: Connect, kind: str, shadow: str
) -> None:
    lived_in.execute(CARELESS.encode())
    attack = Attack()
    attack.try_as("wa_edge_role", kind, lived_in, connect)
    assert (current_role("wa_runtime"), shadow, "select public.wa_careless()") in attack.ran
