"""A flow to begin with: it asks one question in two languages, and its tests hold the conversation.

It works at once. What it asks is a place-holder for what a team wants to know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wa_webhook.migrate import find_db_folder, read_source
from wa_webhook.scaffold.files import ScaffoldError, fill_in, write_files
from wa_webhook.scaffold.names import check_name, word_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_TITLE_LENGTH = 24
"""Characters of a menu row's title that WhatsApp shows."""


def make_flow(name: str, folder: Path, *, table_since: datetime | None = None) -> list[Path]:
    """Write a flow into a folder of flows, made if need be, and return the paths of its files.

    `table_since` (UTC) is the version of a migration that makes a table, without which there is
    none: no step uses it yet.

    Raises ScaffoldError for a name that is taken, reserved or not a plain word, for a folder that
    is there already, and where nothing can be written; SourceError for flows there that cannot be
    read.
    """
    target = folder / name
    contents = fill_in_flow(name, folder if folder.is_dir() else None)
    if table_since is not None:
        version = table_since.strftime("%Y%m%d%H%M%S")
        contents |= fill_in("table", {"flow": name, "version": version})
    if target.exists():
        raise ScaffoldError(f"{target} is there already, and stays as it is")
    return write_files(target, contents)


def fill_in_flow(name: str, beside: Path | None = None) -> dict[str, str]:
    """Return the files of a new flow by their paths in its folder.

    `beside` is the folder of a team's flows. Raises ScaffoldError and SourceError.
    """
    check_name(name, read_source(find_db_folder(), flows=beside))
    word = word_of(name)
    title = word.capitalize()[:_TITLE_LENGTH].rstrip()
    return fill_in("flow", {"flow": name, "word": word, "title": title})
