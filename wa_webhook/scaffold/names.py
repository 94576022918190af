"""Names that a new flow can have: those that nothing of the bot has or understands already."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from wa_webhook.migrate.files import component_of
from wa_webhook.migrate.flows import HOME, find_table_of_ours, read_declaration
from wa_webhook.scaffold.files import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wa_webhook.migrate import Source

_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
_RESERVED = re.compile(r"\bc_reserved constant text\[\] := array\[(.*?)\]")
_CONSENT_WORD = re.compile(r"^\('([^']+)', '\w+', '(?:stop|start)'\)", re.MULTILINE)


def check_name(name: str, source: Source) -> None:
    """Raise ScaffoldError, with the reason, for a name that a new flow cannot have.

    `source` has the flows that are there: ours, and the team's.
    """
    if _NAME.fullmatch(name) is None:
        raise ScaffoldError(
            f"{name!r} is no name of a flow: write a word of a to z, 0 to 9 and _ that begins with"
            " a letter, of 30 characters at most"
        )
    if reason := next(_reasons(name, source), None):
        raise ScaffoldError(f"a flow cannot be named {name}: {reason}")


def word_of(name: str) -> str:
    """Return the word that leads into a new flow, as wa.fold_text folds it."""
    return " ".join(name.replace("_", " ").split())


def _reasons(name: str, source: Source) -> Iterator[str]:
    declared = {
        component_of(file.path): read_declaration(file, component_of(file.path))
        for file in source.declarations
    }
    if name.startswith("wa_") or name in _reserved(source, declared[HOME]):
        yield "this name is reserved"
    for flow, declaration in declared.items():
        if name in (flow, declaration.get("prefix", flow)):
            yield f"there is the flow {flow}, whose names begin with {name}"
        if word_of(name) in {_fold(word) for word in _words(declaration)}:
            yield f'"{word_of(name)}" leads to the flow {flow}'
    if word_of(name) in _consent_words(source):
        yield f'"{word_of(name)}" is how people stop or start receiving messages'
    if table := find_table_of_ours(name, source.migrations):
        yield f"the table wa.{table} would be taken for its own"


def _reserved(source: Source, home: dict[str, Any]) -> set[str]:
    lists = (_RESERVED.search(file.text) for file in source.routines)
    quoted = ",".join(found[1] for found in lists if found)
    return set(re.findall(r"'(\w+)'", quoted)) | {
        key.partition(".")[0] for key in home.get("texts", {})
    }


def _consent_words(source: Source) -> set[str]:
    return {word for one in source.migrations for word in _CONSENT_WORD.findall(one.text)}


def _words(declaration: dict[str, Any]) -> Iterator[str]:
    for section in ("entries", "commands"):
        for member in declaration.get(section, {}).values():
            words = member.get("words", [])
            for some in words.values() if isinstance(words, dict) else [words]:
                yield from some


def _fold(word: str) -> str:
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", word.lower())
        if not unicodedata.combining(letter)
    )
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())
