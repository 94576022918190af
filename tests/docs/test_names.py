"""Commands, options, tables, routines and their arguments that documents name are there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pglast
import pytest
from pglast import ast
from pglast.enums import FunctionParameterMode
from typer import Context
from typer.core import TyperGroup
from typer.main import get_command

from tests.docs.code_blocks import PROJECT
from tests.docs.test_links import committed_files
from wa_webhook.cli import app
from wa_webhook.migrate import find_db_folder, read_whole_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wa_webhook.migrate.files import SqlFile

pytestmark = pytest.mark.any_server

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")
_CALL = re.compile(r"(?<![\w./-])wa-webhook +([a-z][^|;&#)\n]*)")
# What a step is called is an example everywhere.
_OBJECT = re.compile(r"\b(?:wa|public)\.(?!step_)([a-z_0-9]+)\b")
_SIGNATURE = re.compile(r"(?:\b(?:wa|public)\.|\b(?=wa_))([a-z_0-9]+)\(([^()]*)\)")
_ARGUMENT = re.compile(r"(?!(?:true|false|null)\b)([a-z]\w*)(?=$| *=>)")
_OUTPUTS = {FunctionParameterMode.FUNC_PARAM_OUT, FunctionParameterMode.FUNC_PARAM_TABLE}


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


def parameters(file: SqlFile) -> tuple[str, list[str]]:
    """Return the name of a file's routine, and the names of what it takes."""
    statements = (raw.stmt for raw in pglast.parse_sql(file.text))
    (made,) = (one for one in statements if isinstance(one, ast.CreateFunctionStmt))
    *_, name = (part.sval for part in made.funcname or ())
    taken = (one.name for one in made.parameters or () if one.mode not in _OUTPUTS)
    return name, list(taken)


def signatures(span: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each call of a routine in a span of code: its name, and its arguments."""
    while found := _SIGNATURE.search(span):
        yield found[1], [one.strip() for one in found[2].split(",") if one.strip()]
        span = span.replace(found[0], "…", 1)


def untrue_arguments(given: list[str], taken: list[str]) -> list[str]:
    """Return which arguments are named otherwise than the routine does; values are examples."""
    names = ((place, _ARGUMENT.match(one)) for place, one in enumerate(given))
    return [
        given[place]
        for place, name in names
        if name and name[1] not in (taken if "=>" in given[place] else taken[place : place + 1])
    ]


def test_every_signature_that_a_document_prints_is_that_of_the_routine() -> None:
    known = dict(map(parameters, read_whole_source(find_db_folder()).routines))
    spans = {
        document: _SPAN.findall(_FENCED.sub("", document.read_text()))
        for document in committed_files("*.md")
    }
    printed = [
        (document.relative_to(PROJECT), name, given)
        for document, found in spans.items()
        for span in found
        for name, given in signatures(span.replace("\n", " "))
        if name in known
    ]
    assert ("ask", ["p_chat", "p_key"]) in [(name, given[:2]) for _, name, given in printed]
    lost = [
        f"{document}: {name}({', '.join(given)}) takes {', '.join(known[name])}"
        for document, name, given in printed
        if untrue_arguments(given, known[name])
    ]
    assert lost == []
