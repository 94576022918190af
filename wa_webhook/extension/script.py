"""The text of the extension's scripts.

PostgreSQL runs a script in one transaction and makes what it creates a member of the extension.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wa_webhook.migrate import make_plan
from wa_webhook.migrate.compose import as_text, compose, wait_for_callers
from wa_webhook.migrate.manifest import Manifest
from wa_webhook.naming.names import Names

if TYPE_CHECKING:
    from pathlib import Path

    from wa_webhook.migrate.source import Source


class Scripts:
    """Makes scripts of what `source` is made of, and of the files in db/extension around it."""

    def __init__(self, folder: Path, source: Source) -> None:
        self._folder = folder / "extension"
        self._source = source

    def install(self) -> str:
        """Return what `create extension` runs."""
        return "\n".join(
            (
                self._read("refuse_migrated_database"),
                as_text(compose(make_plan(self._source, Manifest()), Names())),
                self._read("mark_rows_for_dump"),
                # Never in an update, whose tables hold rows of users.
                self._read("leave_rows_to_restore"),
            )
        )

    def update(self, earlier: Manifest) -> str:
        """Return what `alter extension ... update` runs from a version that is out.

        Raises HistoryError when a migration of that version was edited.
        """
        parts = [wait_for_callers(), *compose(make_plan(self._source, earlier), Names())]
        return "\n".join((as_text(parts), self._read("mark_rows_for_dump")))

    def _read(self, name: str) -> str:
        return (self._folder / f"{name}.sql").read_text(encoding="utf-8")
