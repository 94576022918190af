"""The flow of docs/build/adding-a-flow.md, built from the document's own code blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.docs.code_blocks import find_code_blocks, write_files
from wa_webhook.flows.map import draw_mermaid, read_flow_map
from wa_webhook.migrate import Migrator, find_db_folder, read_source
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.postgres import Database

pytestmark = pytest.mark.any_server

DOCUMENT = "docs/build/adding-a-flow.md"
PICTURE = find_code_blocks("docs/concepts.md", "mermaid")[-1]


def test_the_flow_of_the_document_is_drawn_as_shown_and_works_as_its_own_test_says(
    bare_database: Database, tmp_path: Path
) -> None:
    written = write_files(DOCUMENT, tmp_path)
    tests = [path.read_text() for path in written if path.suffix == ".py"]
    with psycopg.connect(bare_database.url(), autocommit=True) as migrating:
        Migrator(migrating, read_source(find_db_folder(), flows=tmp_path / "flows")).run()

    with Chat.open(bare_database.url) as chat:
        held = [name for code in tests for name in hold(code, chat)]
        kept = chat.rows("select rating, comment from wa.feedback")
        drawn = draw_mermaid(read_flow_map(chat.owner)).splitlines()
    assert [line for line in PICTURE.code.splitlines()[2:] if line not in drawn] == []
    assert sum("feedback_" in line for line in drawn) == PICTURE.code.count("-->")
    assert held == ["test_a_rating_and_a_comment_are_taken"]
    assert kept == [{"rating": "good", "comment": "More baskets, please"}]


def hold(code: str, chat: Chat) -> list[str]:
    """Run every test of a module of the document, and return their names."""
    module: dict[str, Any] = {"__name__": "document"}
    exec(code, module)  # noqa: S102 (our own document)
    names = [name for name in module if name.startswith("test_")]
    for name in names:
        module[name](chat=chat)
    return names
