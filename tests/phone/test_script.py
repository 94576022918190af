"""A conversation as a file, followed on the phones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from handler.process.listening import bind
from tests.docs.code_blocks import find_code_blocks
from wa_webhook.cli import app
from wa_webhook.dev.local_phone import running_phone
from wa_webhook.dev.stack import Ports, run_stack
from wa_webhook.phone.said import File
from wa_webhook.phone.script import Reader, ScriptError, read_script
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from wa_webhook.dev.postgres import LocalPostgres

pytestmark = pytest.mark.any_server


class Script:
    """A file, and whoever follows it."""

    def __init__(self, reader: Reader, file: Path) -> None:
        self._reader = reader
        self._file = file

    async def follow(self, written: str) -> None:
        self._file.write_text(written)
        await self._reader.follow(read_script(self._file))


@pytest_asyncio.fixture
async def script(database: Database, tmp_path: Path) -> AsyncIterator[Script]:
    # All that the stack asks of a server of its own.
    postgres = cast("LocalPostgres", database)
    async with (
        run_stack(postgres, Ports.take()) as stack,
        running_phone(postgres, stack.graph, bind("127.0.0.1", 0, "phone")) as phone,
    ):
        yield Script(Reader(phone.phone, tmp_path, lambda _: None), tmp_path / "script")


async def test_the_script_of_the_page_is_followed(
    script: Script, connection: Connection[DictRow]
) -> None:
    (block,) = find_code_blocks("docs/build/phone.md", "text")
    await script.follow(block.code)
    states = connection.execute("select state from public.chat_state").fetchall()
    assert states == [{"state": "home"}]


async def test_a_line_that_does_not_come_true_says_what_was_seen_and_why(
    script: Script, connection: Connection[DictRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wa_webhook.phone.script._PATIENCE_SECONDS", 1.0)
    with pytest.raises(ScriptError, match=r"line 2: nothing offered \[Maybe\]"):
        await script.follow("say hello\ntap Maybe")
    connection.execute(
        """
        create or replace function wa.step_home(p_chat wa.chat) returns wa.step_result
        language plpgsql as $$ begin raise exception 'no paper left' using errcode = 'WA999'; end $$
        """
    )
    with pytest.raises(ScriptError) as wrong:
        await script.follow("as Bruno\nsay hello\nsee What would")
    assert "line 3: waited for 'What would', and saw:\nSomething went wrong" in str(wrong.value)
    assert "WA999" in str(wrong.value)


async def test_a_conversation_becomes_a_test_that_passes_at_once(
    database: Database, tmp_path: Path
) -> None:
    postgres = cast("LocalPostgres", database)
    async with (
        run_stack(postgres, Ports.take()) as stack,
        running_phone(postgres, stack.graph, bind("127.0.0.1", 0, "phone")) as phone,
    ):
        script = Script(Reader(phone.phone, tmp_path, lambda _: None), tmp_path / "script")
        await script.follow(
            "as Bruno\nsay hello\nsee What would you\nreact 👍\ntap New basket\nsee What is the\n"
            'say "Market"\nsee Who may\nlater 90000\nsay hello\nsee What would you'
        )
        recorded = phone.phone.record_test("2")
    assert recorded.name == "test_bruno.py"
    for line in (
        "def test_bruno_is_answered_as_on_the_phone(chat):",
        '    bruno = chat.person("Bruno", phone="33612345678")',
        "    # Left out: reaction.",
        '    assert bruno.taps("New basket") == ["What is the name of the new basket?"]',
        "    chat.passes(seconds=90000)",
    ):
        assert line in recorded.code.splitlines()
    written: dict[str, Any] = {}
    exec(recorded.code, written)  # noqa: S102
    with Chat.open(database.url) as chat:
        written["test_bruno_is_answered_as_on_the_phone"](chat)
        wrong = recorded.code.replace("What is the name", "What was the name")
        exec(wrong, written)  # noqa: S102
        with pytest.raises(AssertionError):
            written["test_bruno_is_answered_as_on_the_phone"](chat)


@pytest.mark.parametrize(
    ("mime_type", "kind", "told"),
    [
        ("image/webp", "sticker", {"animated": False}),
        ("image/jpeg", "image", {"caption": "look"}),
        ("audio/ogg", "audio", {"voice": False}),
        ("text/csv", "document", {"caption": "look", "filename": "sent"}),
    ],
)
def test_a_file_is_sent_as_a_telephone_sends_it(
    mime_type: str, kind: str, told: dict[str, Any]
) -> None:
    file = File.of("sent", mime_type, b"bytes").model_copy(update={"caption": "look"})
    assert (file.kind, file.fields()) == (kind, told)


def test_a_line_that_is_none_is_told_before_anything_is_started(tmp_path: Path) -> None:
    file = tmp_path / "script"
    file.write_text("say hello\nshout hello\n")
    said = CliRunner().invoke(app, ["dev", "--folder", str(tmp_path), "--script", str(file)])
    assert said.exit_code == 1
    assert said.stderr.startswith("line 2: 'shout hello' is none of: as NAME, say TEXT, tap TITLE")
    assert not (tmp_path / "postgres").exists()
