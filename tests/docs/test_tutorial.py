"""The bot of docs/tutorial.md. What it is made with, and its commands: `make own-project`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.docs.code_blocks import read_files, write_files
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


def test_at_most_a_quarter_of_a_steps_lines_is_what_every_step_has() -> None:
    steps = [code.splitlines() for path, code in FILES.items() if "/steps/" in path]
    everywhere = {line for line in set.intersection(*map(set, steps)) if line[:1].strip()}
    assert {"declare", "begin", "end $$;"} < everywhere
    repeated = [line for step in steps for line in step if line in everywhere]
    assert len(repeated) <= sum(map(len, steps)) / 4
