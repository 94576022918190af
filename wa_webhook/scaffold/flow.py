"""A flow to begin with: it asks one question in its bot's languages, and its tests answer it.

It works at once. What it asks is a place-holder for what a team wants to know.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from wa_webhook.migrate import find_db_folder, read_source
from wa_webhook.migrate.flows import DECLARATION
from wa_webhook.scaffold.files import ScaffoldError, fill_in, write_files
from wa_webhook.scaffold.languages import (
    MARK,
    Wording,
    check_languages,
    find_languages,
    name_language,
    write_languages,
)
from wa_webhook.scaffold.names import check_name, word_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def make_flow(
    name: str,
    folder: Path,
    *,
    languages: Sequence[str] = (),
    with_table: bool = False,
) -> list[Path]:
    """Write a flow into a folder of flows, made if need be, and return the paths of its files.

    It speaks `languages`, or without any those of the flows beside it. Languages that not every
    database has come with a migration, and `with_table` one that makes a table, which no step uses
    yet.

    Raises ScaffoldError for a name that is taken, reserved or not a plain word, for what is no
    language, for a folder that is there already, and where nothing can be written; SourceError for
    flows there that cannot be read.
    """
    target = folder / name
    beside = folder if folder.is_dir() else None
    languages = languages or find_languages(folder)
    contents = fill_in_flow(name, languages, beside)
    contents |= fill_in_languages(languages, alone=False)
    if with_table:
        # Behind that of the languages.
        contents |= fill_in("table", {"flow": name, "version": _version(seconds=1)})
    if target.exists():
        raise ScaffoldError(f"{target} is there already, and stays as it is")
    return write_files(target, contents)


def fill_in_flow(name: str, languages: Sequence[str], beside: Path | None = None) -> dict[str, str]:
    """Return the files of a new flow by their paths in its folder.

    `beside` is the folder of a team's flows. Raises ScaffoldError and SourceError.
    """
    check_languages(languages)
    check_name(name, read_source(find_db_folder(), flows=beside))
    word = word_of(name)
    wording = Wording(word.capitalize(), languages)
    values = {"flow": name, "word": word}
    contents = fill_in(
        "flow", {**values, "texts": wording.as_members()} | wording.expected(languages[0])
    )
    for other in languages[1:2]:
        spoken = {"name": name_language(other), "tag": other.lower().replace("-", "_")}
        added = fill_in("second_language", {**values, **spoken} | wording.expected(other))
        contents = {path: text + added.get(path, "") for path, text in contents.items()}
    return contents


def fill_in_languages(languages: Sequence[str], *, alone: bool) -> dict[str, str]:
    """Return the migration of a flow's languages by its path, or none where it needs none."""
    statements = write_languages(languages, alone=alone)
    return {f"migrations/{_version()}_languages.sql": statements} if statements else {}


def find_untranslated(made: Sequence[Path]) -> list[str]:
    """Return the languages in which files that were made say something in English."""
    declarations = (path.read_text(encoding="utf-8") for path in made if path.name == DECLARATION)
    return sorted({language for text in declarations for language in MARK.findall(text)})


def _version(*, seconds: int = 0) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y%m%d%H%M%S")
