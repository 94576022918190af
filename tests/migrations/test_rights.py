"""Applying routines again gives our roles what the files say, and takes nothing from others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.migrations.conftest import Tree, run, value
from wa_webhook.naming.names import Names

if TYPE_CHECKING:
    from psycopg import Connection

ROUTINE = "create or replace function wa.number() returns int return 1;"
GRANT = "grant execute on function wa.number to {role};"


def may(target: Connection[Any], role: str) -> bool:
    held: bool = value(target, f"select has_function_privilege('{role}', 'wa.number()', 'execute')")
    return held


@pytest.mark.parametrize("role", sorted(Names().roles))
def test_a_role_loses_a_right_whose_grant_left_the_file(
    target: Connection[Any], tree: Tree, role: str
) -> None:
    # Executing what has no other grant is wa_runtime's right.
    others = GRANT.format(role="wa_edge_role" if role != "wa_edge_role" else "wa_runtime")
    path = tree.write_routine("number", ROUTINE + others + GRANT.format(role=role))
    run(target, tree)
    assert may(target, role)
    path.write_text(ROUTINE + others)
    run(target, tree)
    assert not may(target, role)


def test_what_others_were_given_stays(target: Connection[Any], tree: Tree) -> None:
    path = tree.write_routine("number", ROUTINE)
    run(target, tree)
    target.execute("grant execute on function wa.number to service_role")
    path.write_text(f"{ROUTINE}\n")
    run(target, tree)
    assert may(target, "service_role")


def test_everybodys_right_goes(target: Connection[Any], tree: Tree) -> None:
    path = tree.write_routine("number", ROUTINE)
    run(target, tree)
    target.execute("grant execute on function wa.number to public, anon, authenticated")
    path.write_text(f"{ROUTINE}\n")
    run(target, tree)
    assert not may(target, "anon")
