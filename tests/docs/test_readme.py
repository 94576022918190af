"""The flow on the first screen of the README is the one that `wa-webhook init` writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.docs.code_blocks import find_code_blocks, read_files
from wa_webhook.migrate import Migrator, find_db_folder, read_source
from wa_webhook.scaffold import make_project
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.postgres import Database

pytestmark = pytest.mark.any_server

SHOWN = next(block.output for block in find_code_blocks("README.md", "sql") if block.output)


def test_the_flow_is_as_it_is_written_and_talks_as_it_is_shown(
    bare_database: Database, tmp_path: Path
) -> None:
    make_project(tmp_path / "bot")
    files = read_files("README.md")
    assert len(files) == 2
    for path, code in files.items():
        assert (tmp_path / "bot" / path).read_text().startswith(code)
    with psycopg.connect(bare_database.url(), autocommit=True) as migrating:
        source = read_source(find_db_folder(), flows=tmp_path / "bot" / "flows")
        Migrator(migrating, source).run()
    turns = re.findall(r"^Ana: (.*)\nBot: (.*(?:\n     .*)*)", SHOWN, re.MULTILINE)
    assert len(turns) == 2
    with Chat.open(bare_database.url) as chat:
        for said, heard in turns:
            assert chat.person("Ana").says(said)[0] == heard.replace("\n     ", "\n")
