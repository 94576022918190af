"""A flow's declaration as a file: its texts can change without touching the rest."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wa_webhook.migrate.errors import SourceError
from wa_webhook.migrate.files import SqlFile, read_text
from wa_webhook.migrate.flows import DECLARATION, read_declaration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Texts = dict[str, dict[str, "str | dict[str, str]"]]
"""Names of texts, languages, and the text or its plural forms."""

Rows = dict[str, dict[str, str]]
"""The same with a key for each plural form, `name.one` and `name.other`."""

_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"\s*")
_UNSEEN = re.compile("[\u00a0\u2000-\u200f\u202f]")


@dataclass(frozen=True)
class DeclarationFile:
    """The file of one flow: its path, its text as it is on disk, and the declaration."""

    path: Path
    source: str
    declaration: dict[str, Any]

    @classmethod
    def read(cls, folder: Path) -> DeclarationFile:
        """Read the declaration in a flow's folder; raises SourceError where there is none."""
        path = folder / DECLARATION
        source = read_text(path)
        return cls(path, source, read_declaration(SqlFile(str(path), source), folder.name))

    @property
    def texts(self) -> Texts:
        """What the flow says."""
        texts: Texts = self.declaration.get("texts", {})
        return texts

    @cached_property
    def rows(self) -> Rows:
        """Its texts, with a key for each plural form."""
        rows: Rows = {}
        for name, translations in self.texts.items():
            for language, body in translations.items():
                forms = body if isinstance(body, dict) else {"": body}
                for form, text in forms.items():
                    rows.setdefault(f"{name}.{form}" if form else name, {})[language] = text
        return rows

    def with_texts(self, changed: Texts) -> str:
        """Return the file with these texts, and everything else byte for byte as it is.

        Raises SourceError for a text that the file's quoting cannot hold.
        """
        edits = sorted(_edit(self.source, self._find_object(), {"texts": changed}), reverse=True)
        source = self.source
        for start, end, text in edits:
            source = source[:start] + text + source[end:]
        name = self.path.parent.name
        try:
            written = read_declaration(SqlFile(str(self.path), source), name)
        except Exception as error:
            raise self._unwritable() from error
        if written != self.declaration | {"texts": _merge(self.texts, changed)}:
            raise self._unwritable()
        return source

    def _unwritable(self) -> SourceError:
        return SourceError(f"{self.path}: a text holds what ends the quotes of the declaration")

    def _find_object(self) -> _Value:
        for brace in re.finditer(r"\{", self.source):
            try:
                found, _ = _DECODER.raw_decode(self.source, brace.start())
            except json.JSONDecodeError:
                continue
            if found == self.declaration:
                return _scan(self.source, brace.start())
        raise SourceError(f"{self.path}: the declaration is not quoted by $$")


@dataclass
class _Value:
    """Where a value stands; of an object also its members, each with where its name begins."""

    start: int
    end: int
    members: dict[str, tuple[int, _Value]] = field(default_factory=dict)


def _scan(text: str, start: int) -> _Value:
    if text[start] != "{":
        _, end = _DECODER.raw_decode(text, start)
        return _Value(start, end)
    value = _Value(start, start)
    position = _skip(text, start + 1)
    while text[position] != "}":
        name, after = _DECODER.raw_decode(text, position)
        member = _scan(text, _skip(text, _skip(text, after) + 1))
        value.members[name] = (position, member)
        position = _skip(text, member.end)
        if text[position] == ",":
            position = _skip(text, position + 1)
    value.end = position + 1
    return value


def _skip(text: str, position: int) -> int:
    blank = _BLANK.match(text, position)
    return blank.end() if blank else position


def _edit(text: str, value: _Value, changed: Mapping[str, Any]) -> Iterator[tuple[int, int, str]]:
    added: list[str] = []
    for name, new in changed.items():
        if name not in value.members:
            added.append(f"{_write(name)}: {_write(new)}")
            continue
        _, old = value.members[name]
        if isinstance(new, dict) and old.members:
            yield from _edit(text, old, new)
        else:
            yield old.start, old.end, _write(new)
    if added:
        begin, last = list(value.members.values())[-1]
        blank = text[text.rfind("\n", 0, begin) + 1 : begin]
        separator = ", " if blank.strip() else f",\n{blank}"
        yield last.end, last.end, "".join(f"{separator}{one}" for one in added)


def _write(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _merge(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for name, value in new.items():
        before = merged.get(name)
        is_deeper = isinstance(value, dict) and isinstance(before, dict)
        merged[name] = _merge(before, value) if is_deeper else value  # type: ignore[arg-type]
    return merged
