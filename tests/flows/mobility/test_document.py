"""What docs/flows/mobility.md shows runs, and lists what there is."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pglast
import pytest

from tests.dispatching import values
from tests.docs.code_blocks import PROJECT, find_code_blocks
from tests.fixtures.names import about_two_schemas
from tests.fixtures.offered import with_offered_flows
from tests.operations.command import run
from wa_webhook.dev.postgres import MIGRATING_ROLE

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

DOCUMENT = "docs/flows/mobility.md"
TEXT = (PROJECT / DOCUMENT).read_text()

pytestmark = [with_offered_flows, pytest.mark.any_server]


def test_its_command_runs(database: Database) -> None:
    (block,) = find_code_blocks(DOCUMENT, "sh")
    program, *arguments = shlex.split(block.code)
    assert program == "wa-webhook"
    result = run(*arguments, database=database, role=MIGRATING_ROLE)
    assert result.exit_code == 0, result.output


def test_its_statements_run_as_the_operator(operator: Connection[DictRow]) -> None:
    for block in find_code_blocks(DOCUMENT, "sql"):
        for statement in pglast.split(block.code):
            operator.execute(statement.encode())


@about_two_schemas("tells the contract's routines by their schema")
def test_it_lists_every_routine_and_setting(connection: Connection[DictRow]) -> None:
    def listed(names: str) -> set[str]:
        return set(re.findall(rf"^\| `({names})", TEXT, re.MULTILINE))

    routines = values(
        connection,
        "select proname || '(' || array_to_string(proargnames[1:pronargs], ', ') || ')'"
        " from pg_proc where pronamespace = 'public'::regnamespace"
        " and starts_with(proname, 'ride_')",
    )
    assert listed(r"ride_\w+\([^)]*\)") == set(routines)
    settings = values(connection, "select key from wa.settings where starts_with(key, 'ride_')")
    assert listed(r"ride_\w+(?=`)") == set(settings)


def test_the_flow_holds_together(connection: Connection[DictRow]) -> None:
    assert values(connection, "select problem from wa.list_flow_problems()") == []
