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

from wa_webhook.flows.declaration_file import DeclarationFile
from wa_webhook.flows.limits import find_limits
from wa_webhook.migrate.errors import SourceError
from wa_webhook.migrate.files import write_whole
from wa_webhook.migrate.flows import HOME, judge_languages

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from wa_webhook.flows.declaration_file import Rows, Texts

_HEAD = ["flow", "key"]
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class TranslationError(Exception):
    """What was handed in cannot be taken, and nothing was changed; `problems` says all of it."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Keep the problems, a sentence each."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def export_texts(folders: Mapping[str, Path], languages: Collection[str] = ()) -> str:
    """Return the texts of flows as CSV, with an empty column for each further language.

    A text with plural forms has a row for each, `name.one` and `name.other`. Raises SourceError,
    and TranslationError for what is no language.
    """
    _refuse(judge_languages(languages))
    files = {flow: DeclarationFile.read(folder) for flow, folder in folders.items()}
    spoken = {language for file in files.values() for language in _languages(file.rows)}
    columns = [*dict.fromkeys([*sorted(spoken), *languages])]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([*_HEAD, *columns])
    for flow, file in files.items():
        for key, bodies in file.rows.items():
            writer.writerow([flow, key, *(bodies.get(language, "") for language in columns)])
    return written.getvalue()


def import_texts(text: str, folders: Mapping[str, Path]) -> dict[Path, int]:
    """Take a CSV of export_texts back: return how many texts changed in each declaration.

    Raises TranslationError with everything that is wrong, and SourceError; then nothing is changed.
    """
    sheet = _read(text, folders)
    _refuse(sheet.problems)
    contents: dict[Path, str] = {}
    for flow, rows in sheet.changed.items():
        file = sheet.files[flow]
        try:
            contents[file.path] = file.with_texts(_nest(file, rows))
        except SourceError as error:
            sheet.problems.append(str(error))
    _refuse(sheet.problems)
    write_whole(contents)
    return {
        sheet.files[flow].path: sum(map(len, rows.values())) for flow, rows in sheet.changed.items()
    }


def translate_shipped(text: str, folders: Mapping[str, Path]) -> str:
    """Return a migration by which flows that ship speak the further languages of a CSV.

    `folders` has these flows; texts that have no translation are left out. Raises TranslationError
    with everything that is wrong.
    """
    sheet = _read(text, folders, is_whole=False)
    rows = []
    for flow, changed in sheet.changed.items():
        file = sheet.files[flow]
        shipped = _languages(file.rows)
        for key, bodies in changed.items():
            for language, body in bodies.items():
                if language in shipped:
                    told = f"{flow} {key} ({language}) ships, and is told in wa.texts"
                    sheet.problems.append(told)
                rows.append((_whole_key(flow, file, key), language, body))
    _refuse(sheet.problems or ([] if rows else ["no text is in a further language"]))
    values = ",\n".join(
        f"({', '.join(Literal(one).as_string().strip() for one in row)})" for row in rows
    )
    return (
        f"insert into wa.texts (key, locale, body) values\n{values}\n"
        "on conflict (key, locale) do update\nset body = excluded.body;\n"
    )


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise TranslationError(problems)


def _split(file: DeclarationFile, key: str) -> tuple[str, str]:
    """Return the name of a text, and the plural form or nothing."""
    name, _, form = key.rpartition(".")
    return (key, "") if key in file.texts else (name, form)


def _whole_key(flow: str, file: DeclarationFile, key: str) -> str:
    if flow == HOME or "." in _split(file, key)[0]:
        return key
    return f"{file.declaration.get('prefix', flow)}.{key}"


@dataclass
class _Sheet:
    """A CSV by flow: the declarations, and the rows of which one has another text (`changed`)."""

    files: dict[str, DeclarationFile] = field(default_factory=dict)
    changed: dict[str, Rows] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def _read(text: str, folders: Mapping[str, Path], *, is_whole: bool = True) -> _Sheet:
    # A sheet written elsewhere may end its lines, and those inside a text, in another way.
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=None), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise TranslationError([f"line {reader.line_num}: {error}"]) from None
    head = [name.strip() for name in lines[0][1]] if lines else []
    languages = head[2:]
    if head[:2] != _HEAD or not languages or len(set(head)) < len(head):
        raise TranslationError(
            ["the first line is to be flow,key and languages, each once, parted by commas"]
        )
    _refuse(judge_languages(languages))
    sheet = _Sheet()
    found: dict[str, Rows] = {}
    for line, cells in lines[1:]:
        if not any(cells):
            continue
        if len(cells) != len(head):
            sheet.problems.append(f"line {line}: has {len(cells)} cells, and {len(head)} are meant")
            continue
        flow, key, *bodies = cells
        if flow not in folders:
            sheet.problems.append(f"line {line}: there is no folder of the flow {flow!r} here")
            continue
        if flow not in found:
            sheet.files[flow] = DeclarationFile.read(folders[flow])
            found[flow] = {}
        if key not in sheet.files[flow].rows:
            sheet.problems.append(f"line {line}: {flow} has no text {key!r}")
        elif key in found[flow]:
            sheet.problems.append(f"line {line}: {flow} {key} stands in the file twice")
        else:
            found[flow][key] = dict(zip(languages, bodies, strict=True))
    for flow, rows in found.items():
        sheet.problems += _find_problems(flow, sheet.files[flow], rows, is_whole)
        if changed := _compare(sheet.files[flow], rows):
            sheet.changed[flow] = changed
    return sheet


def _find_problems(flow: str, file: DeclarationFile, rows: Rows, is_whole: bool) -> Iterable[str]:
    limits = find_limits(file)
    taken = [
        language for language in _languages(rows) if any(row[language] for row in rows.values())
    ]
    speaks = _languages(file.rows)
    for key, before in file.rows.items():
        after = rows.get(key, {})
        meant = before.get("en", next(iter(before.values())))
        for language in taken:
            body = after.get(language, "")
            name = f"{flow} {key} ({language})"
            # A text may be a space that does not break a line.
            if not body.strip(" \n"):
                if is_whole and (after or language not in speaks):
                    yield f"{name} is missing"
                continue
            wanted, found = (set(_PLACEHOLDER.findall(one)) for one in (meant, body))
            if key.endswith(".one"):
                found |= wanted & {"count"}
            if wanted != found:
                yield f"{name} has the placeholders {_list(found)}, and {_list(wanted)} are meant"
            most = limits.get(_split(file, key)[0], 4096)
            if len(body) > most >= len(meant):
                yield f"{name} has {len(body)} characters, and WhatsApp shows {most}"


def _list(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "none"


def _languages(rows: Rows) -> list[str]:
    return [*dict.fromkeys(language for row in rows.values() for language in row)]


def _compare(file: DeclarationFile, rows: Rows) -> Rows:
    changed = {
        key: {
            language: body
            for language, body in row.items()
            if body and body != file.rows[key].get(language)
        }
        for key, row in rows.items()
    }
    return {key: bodies for key, bodies in changed.items() if bodies}


def _nest(file: DeclarationFile, rows: Rows) -> Texts:
    nested: Texts = {}
    for key, bodies in rows.items():
        name, form = _split(file, key)
        for language, body in bodies.items():
            at = nested.setdefault(name, {})
            if not form:
                at[language] = body
                continue
            forms = at.setdefault(language, {})
            if isinstance(forms, dict):
                forms[form] = body
    return nested
