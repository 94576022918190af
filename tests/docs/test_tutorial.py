"""The bot of docs/tutorial.md. What it is made with, and its commands: `make own-project`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.docs.code_blocks import read_files, write_files
from tests.docs.test_adding_a_flow import DOCUMENT as REFERENCE
from tests.docs.test_adding_a_flow import hold
from tests.fixtures.names import current_names
from wa_webhook.flows.problems import list_problems
from wa_webhook.migrate import Migrator, find_db_folder, read_source
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.postgres import Database

pytestmark = pytest.mark.any_server

DOCUMENT = "docs/tutorial.md"
FILES = read_files(DOCUMENT)
FORM = re.compile(
    r"create or replace function |language plpgsql |declare$|begin$|end \$\$;$"
    r"|alter table .* enable row level security;|create policy "
    r"|grant .* to wa_(operator_role|privacy);"
)
"""A line that says nothing of the flow but its name."""
FIRST_TEST = "def test_the_reminder"


def test_a_table_is_booked_and_nothing_is_to_be_said_of_the_flow(
    bare_database: Database, tmp_path: Path
) -> None:
    write_files(DOCUMENT, tmp_path)
    with psycopg.connect(bare_database.url(), autocommit=True) as migrating:
        Migrator(migrating, read_source(find_db_folder(), flows=tmp_path / "flows")).run()
        assert list_problems(migrating, current_names()) == []
    first, _, _ = FILES["flows/booking/tests/test_booking.py"].partition(FIRST_TEST)
    with Chat.open(bare_database.url) as chat:
        assert hold(first, chat) == ["test_a_table_is_booked"]


@pytest.mark.parametrize("document", [DOCUMENT, REFERENCE])
def test_at_most_a_quarter_of_a_flows_lines_would_stand_in_any_other(document: str) -> None:
    files = read_files(document)
    lines = [
        line
        for path, code in files.items()
        if path.startswith("flows/") and "/tests/" not in path
        for line in code.splitlines()
    ]
    forms = list(filter(FORM.match, lines))
    steps = sum("/steps/" in path for path in files)
    # Five of each step, and six of a table: row level security, and for whom.
    assert len(forms) >= 5 * steps + 6
    assert len(forms) <= len(lines) / 4
