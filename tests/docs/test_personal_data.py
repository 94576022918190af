"""docs/reference/personal-data.md lists every table that holds something of a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.dispatching import values
from tests.docs.code_blocks import PROJECT, find_code_blocks
from tests.docs.outputs import is_as_shown
from tests.docs.shell import run_shell
from tests.docs.situation import bring_trouble
from tests.fixtures.offered import with_offered_flows

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

pytestmark = [with_offered_flows, pytest.mark.any_server]

DOCUMENT = "docs/reference/personal-data.md"
ABOUT_PEOPLE = "select relation::text from wa.list_tables_about_people()"


def listed() -> set[str]:
    rows = re.findall(r"^\| (`.*?) \|", (PROJECT / DOCUMENT).read_text(), re.MULTILINE)
    return {table for row in rows for table in re.findall(r"`((?:public|wa)\.\w+)`", row)}


def test_every_table_about_people_is_listed(connection: Connection[DictRow]) -> None:
    connection.execute("set search_path = ''")
    assert set(values(connection, ABOUT_PEOPLE)) - listed() == set()


def test_every_table_that_is_listed_is_there(connection: Connection[DictRow]) -> None:
    there = values(
        connection,
        "select relnamespace::regnamespace || '.' || relname from pg_class where relkind in"
        " ('r', 'p')",
    )
    assert listed() - set(there) == set()


def test_every_setting_that_is_named_is_there(connection: Connection[DictRow]) -> None:
    text = (PROJECT / DOCUMENT).read_text()
    named = set(re.findall(r"`(\w+_ttl_days)`", text))
    assert named
    assert named - set(values(connection, "select key from wa.settings")) == set()


def test_a_log_with_the_id_of_a_failed_message_holds_the_number(database: Database) -> None:
    (find,) = find_code_blocks(DOCUMENT, "sh")
    log = 'psql -Atc "select detail from wa.alert_overview" "$OPERATOR_DATABASE_URL" > serve.log'
    bring_trouble(database)
    found = run_shell(database, f"{log}; {find.code}")
    assert is_as_shown(found.stdout, find.output), found.stdout


def test_its_statements_make_a_table_of_a_team_erasable(connection: Connection[DictRow]) -> None:
    connection.execute(
        "create table public.orders (buyer uuid references public.profiles (user_id));"
        "alter table public.orders enable row level security"
    )
    orders = f"{ABOUT_PEOPLE} where not is_erasable"
    assert values(connection, orders) == ["orders"]
    for block in find_code_blocks(DOCUMENT, "sql"):
        connection.execute(block.code.encode())
    assert values(connection, orders) == []
