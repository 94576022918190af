"""The walk through docs/install/adopting.md, on the tables that an earlier function left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.docs.code_blocks import find_code_blocks
from tests.docs.outputs import is_as_shown
from tests.docs.shell import run_shell
from tests.fixtures.documents import as_run
from tests.fixtures.names import about_default_names
from tests.migrations.adopting import OLDER_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import CompletedProcess

    from tests.docs.code_blocks import CodeBlock
    from tests.fixtures.postgres import Database

pytestmark = pytest.mark.any_server

WALK = find_code_blocks("docs/install/adopting.md", "sh")
(SET_ASIDE,) = find_code_blocks("docs/install/adopting.md", "sql")
A_NUMBER_AS_PEOPLE_WRITE_IT = """
    insert into public.profiles (whatsapp_e164, metadata) values ('600 111 333', '{}')
"""
_MEND = re.compile(r"^  mend: (.*)$", re.MULTILINE)


@pytest.fixture
def older_database(bare_database: Database) -> Database:
    """A database that an earlier function was used with."""
    execute(
        bare_database,
        "create schema if not exists public",
        OLDER_TABLES,
        A_NUMBER_AS_PEOPLE_WRITE_IT,
    )
    return bare_database


def execute(database: Database, *statements: str) -> None:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@about_default_names("Supabase gives its API roles whatever is made in schema public")
def test_the_walk_prints_what_is_shown_from_what_is_in_the_way_to_what_is_adopted(
    older_database: Database, record_property: Callable[[str, object], None]
) -> None:
    def run(block: CodeBlock) -> CompletedProcess[str]:
        finished = run_shell(older_database, block.code)
        assert finished.returncode == 0, f"{block}: {finished.stdout}"
        assert is_as_shown(finished.stdout, block.output), f"{block}: {finished.stdout}"
        record_property(*as_run(block))
        return finished

    look, look_again, adopt, export = WALK
    execute(older_database, *_MEND.findall(run(look).stdout))
    run(look_again)
    exported = run_shell(older_database, f"mkdir --parents supabase/migrations\n{export.code}")
    assert is_as_shown(exported.stdout, export.output), exported.stdout
    record_property(*as_run(export))
    run(adopt)
    assert "nothing to adopt" in run_shell(older_database, adopt.code).stdout


def test_a_table_that_was_set_aside_is_in_nobodys_way(
    older_database: Database, record_property: Callable[[str, object], None]
) -> None:
    look, *_ = WALK
    execute(older_database, "alter table public.notifications alter column payload type text")
    assert "public.notifications: column payload is text" in (
        run_shell(older_database, look.code).stdout
    )
    execute(older_database, SET_ASIDE.code)
    assert "public.notifications" not in run_shell(older_database, look.code).stdout
    record_property(*as_run(SET_ASIDE))
