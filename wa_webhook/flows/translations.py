"""Texts of flows as translators take them: a CSV of a row a text and a column a language.

They come from the declarations and go back there, which are the one source of what a flow says.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psycopg.sql import Literal

from wa_webhook.flows.declaration_file import DeclarationFile, Texts
from wa_webhook.flows.limits import find_limits
from wa_webhook.migrate.errors import SourceError
from wa_webhook.migrate.flows import HOME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_HEAD = ["flow", "key"]
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class TranslationError(Exception):
    """What was handed in cannot be taken, and nothing was changed; `problems` says all of it."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Keep the problems, a sentence each."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def export_texts(folders: Mapping[str, Path], languages: Iterable[str] = ()) -> str:
    """Return the texts of flows as CSV, with an empty column for each further language.

    A text with plural forms has a row for each, `name.one` and `name.other`. Raises SourceError.
    """
    files = {flow: DeclarationFile.read(folder) for flow, folder in folders.items()}
    spoken = [
        language for file in files.values() for one in _rows(file).values() for language in one
    ]
    columns = [*dict.fromkeys([*sorted(set(spoken)), *languages])]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([*_HEAD, *columns])
    for flow, file in files.items():
        for key, bodies in _rows(file).items():
            writer.writerow([flow, key, *(bodies.get(language, "") for language in columns)])
    return written.getvalue()


def import_texts(text: str, folders: Mapping[str, Path]) -> dict[Path, int]:
    """Take a CSV of export_texts back: return how many texts changed in each declaration.

    Raises TranslationError with everything that is wrong, and SourceError; then nothing is changed.
    """
    sheet = _read(text, folders)
    changed = {flow: _compare(file, sheet.rows[flow]) for flow, file in sheet.files.items()}
    problems = list(sheet.problems)
    contents: dict[Path, str] = {}
    for flow, file in sheet.files.items():
        problems += _find_problems(flow, file, sheet.rows[flow])
        if not changed[flow] or problems:
            continue
        try:
            contents[file.path] = file.with_texts(_nest(file, changed[flow]))
        except SourceError as error:
            problems.append(str(error))
    if problems:
        raise TranslationError(problems)
    for path, content in contents.items():
        beside = path.with_name(f".{path.name}.new")
        beside.write_bytes(content.encode())
        beside.replace(path)
    return {
        file.path: sum(map(len, changed[flow].values()))
        for flow, file in sheet.files.items()
        if changed[flow]
    }


def translate_shipped(text: str, folders: Mapping[str, Path]) -> str:
    """Return a migration by which flows that ship speak the further languages of a CSV.

    `folders` has these flows. Raises TranslationError with everything that is wrong.
    """
    sheet = _read(text, folders)
    problems = list(sheet.problems)
    rows = []
    for flow, file in sheet.files.items():
        problems += _find_problems(flow, file, sheet.rows[flow])
        shipped = _languages(_rows(file))
        for key, bodies in _compare(file, sheet.rows[flow]).items():
            for language, body in bodies.items():
                if language in shipped:
                    problems.append(f"{flow} {key} ({language}) ships, and is told in wa.texts")
                rows.append((_whole_key(flow, file, key), language, body))
    if not rows and not problems:
        problems.append("no text is in a further language")
    if problems:
        raise TranslationError(problems)
    values = ",\n".join(
        f"({', '.join(Literal(one).as_string().strip() for one in row)})" for row in rows
    )
    return (
        f"insert into wa.texts (key, locale, body) values\n{values}\n"
        "on conflict (key, locale) do update\nset body = excluded.body;\n"
    )


def _whole_key(flow: str, file: DeclarationFile, key: str) -> str:
    name = key if key in file.texts else key.rpartition(".")[0]
    if flow == HOME or "." in name:
        return key
    return f"{file.declaration.get('prefix', flow)}.{key}"


Rows = dict[str, dict[str, str]]
"""Keys, languages and texts."""


@dataclass
class _Sheet:
    files: dict[str, DeclarationFile] = field(default_factory=dict)
    rows: dict[str, Rows] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def _read(text: str, folders: Mapping[str, Path]) -> _Sheet:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    head = [name.strip() for name in next(reader, [])]
    languages = head[2:]
    if head[:2] != _HEAD or not languages or len(set(head)) < len(head):
        raise TranslationError(
            ["the first line is to be flow,key and languages, each once, parted by commas"]
        )
    if odd := [name for name in languages if _LANGUAGE.fullmatch(name) is None]:
        raise TranslationError([f"{name!r} is no language such as en or pt-BR" for name in odd])
    sheet = _Sheet()
    for cells in reader:
        line = reader.line_num
        if not any(cells):
            continue
        if len(cells) != len(head):
            sheet.problems.append(f"line {line}: has {len(cells)} cells, and {len(head)} are meant")
            continue
        flow, key, *bodies = cells
        if flow not in folders:
            sheet.problems.append(f"line {line}: there is no folder of the flow {flow!r} here")
            continue
        if flow not in sheet.files:
            sheet.files[flow] = DeclarationFile.read(folders[flow])
            sheet.rows[flow] = {}
        if key not in _rows(sheet.files[flow]):
            sheet.problems.append(f"line {line}: {flow} has no text {key!r}")
        elif key in sheet.rows[flow]:
            sheet.problems.append(f"line {line}: {flow} {key} stands in the file twice")
        else:
            sheet.rows[flow][key] = dict(zip(languages, bodies, strict=True))
    return sheet


def _find_problems(flow: str, file: DeclarationFile, rows: Rows) -> Iterable[str]:
    declared = _rows(file)
    limits = find_limits(file)
    taken = [
        language for language in _languages(rows) if any(row[language] for row in rows.values())
    ]
    speaks = _languages(declared)
    for key, before in declared.items():
        after = rows.get(key, {})
        meant = before.get("en", next(iter(before.values())))
        for language in taken:
            body = after.get(language, "")
            name = f"{flow} {key} ({language})"
            # A text may be a space that does not break a line.
            if not body.strip(" \n"):
                if after or language not in speaks:
                    yield f"{name} is missing"
                continue
            wanted, found = (set(_PLACEHOLDER.findall(one)) for one in (meant, body))
            if key.endswith(".one"):
                found |= wanted & {"count"}
            if wanted != found:
                yield f"{name} has the placeholders {_list(found)}, and {_list(wanted)} are meant"
            most = limits.get(key.removesuffix(".one").removesuffix(".other"), 4096)
            if len(body) > most >= len(meant):
                yield f"{name} has {len(body)} characters, and WhatsApp shows {most}"


def _list(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "none"


def _languages(rows: Rows) -> list[str]:
    return [*dict.fromkeys(language for row in rows.values() for language in row)]


def _rows(file: DeclarationFile) -> Rows:
    rows: Rows = {}
    for name, translations in file.texts.items():
        for language, body in translations.items():
            forms = body if isinstance(body, dict) else {"": body}
            for form, text in forms.items():
                rows.setdefault(".".join(filter(None, (name, form))), {})[language] = text
    return rows


def _compare(file: DeclarationFile, rows: Rows) -> Rows:
    declared = _rows(file)
    changed = {
        key: {
            language: body
            for language, body in row.items()
            if body and body != declared[key].get(language)
        }
        for key, row in rows.items()
    }
    return {key: bodies for key, bodies in changed.items() if bodies}


def _nest(file: DeclarationFile, rows: Rows) -> Texts:
    nested: Texts = {}
    for key, bodies in rows.items():
        name, form = (
            (key, "") if key in file.texts else (key.rpartition(".")[0], key.rpartition(".")[2])
        )
        for language, body in bodies.items():
            at = nested.setdefault(name, {})
            if not form:
                at[language] = body
                continue
            forms = at.setdefault(language, {})
            if isinstance(forms, dict):
                forms[form] = body
    return nested
