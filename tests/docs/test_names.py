"""Commands, options, tables and routines that documents name between words are there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from typer import Context
from typer.core import TyperGroup
from typer.main import get_command

from tests.docs.code_blocks import PROJECT
from tests.docs.test_links import committed_files
from wa_webhook.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.any_server

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")
_CALL = re.compile(r"(?<![\w./-])wa-webhook +([a-z][^|;&#)\n]*)")
# What a step is called is an example everywhere.
_OBJECT = re.compile(r"\b(?:wa|public)\.(?!step_)([a-z_0-9]+)\b")


def calls(text: str) -> Iterator[list[str]]:
    """Yield the words behind `wa-webhook` in each block and in each span of code."""
    codes = [
        code.replace("\\\n", " ") for language, code in _FENCED.findall(text) if language == "sh"
    ]
    codes += [span.replace("\n", " ") for span in _SPAN.findall(_FENCED.sub("", text))]
    for code in codes:
        for call in _CALL.findall(code):
            yield call.split()


def first_unknown(words: list[str]) -> str | None:
    """Return the first word of a call that is no command or option of ours."""
    command = get_command(app)
    options = {"--help"}
    before = ""
    for word in words:
        if isinstance(command, TyperGroup) and not word.startswith("-"):
            found = command.get_command(Context(command), word)
            if found is None and not before.startswith("-"):
                return word
            command = found or command
        options |= {
            name
            for parameter in command.params
            for name in parameter.opts + parameter.secondary_opts
        }
        if word.startswith("--") and word.partition("=")[0] not in options:
            return word
        before = word
    return None


def test_every_command_and_option_that_a_document_names_exists() -> None:
    lost = [
        f"{document.relative_to(PROJECT)}: wa-webhook {' '.join(words)}: {word}"
        for document in committed_files("*.md")
        for words in calls(document.read_text())
        if (word := first_unknown(words))
    ]
    assert lost == []


def test_every_table_and_routine_that_a_document_names_exists() -> None:
    sources = [PROJECT / "db" / "schema.sql", *(PROJECT / "db" / "flows").rglob("*.sql")]
    known = {name for source in sources for name in _OBJECT.findall(source.read_text())}
    lost = []
    for document in committed_files("*.md"):
        text = document.read_text()
        # A page may make its own, such as the table of its flow.
        made = {name for _, code in _FENCED.findall(text) for name in _OBJECT.findall(code)}
        named = set(_OBJECT.findall(_FENCED.sub("", text)))
        lost += [f"{document.relative_to(PROJECT)}: {name}" for name in named - known - made]
    assert lost == []
