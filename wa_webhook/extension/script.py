"""The text of the extension's scripts.

PostgreSQL runs a script in one transaction and makes what it creates a member of the extension.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wa_webhook.migrate.statements import END_OF_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from wa_webhook.extension.versions import Version
    from wa_webhook.migrate.source import Migration


class Scripts:
    """Makes scripts of migrations, and of the files in db/extension around them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "extension"

    def install(self, version: Version) -> str:
        """Return what `create extension` runs."""
        return "\n".join(
            (
                self._read("refuse_migrated_database"),
                *_as_applied(version.migrations),
                self._read("mark_rows_for_dump"),
                # Never in an update, whose tables hold rows of users.
                self._read("leave_rows_to_restore"),
            )
        )

    def update(self, earlier: Version, later: Version) -> str:
        """Return what `alter extension ... update` runs between two versions in a row."""
        return "\n".join(
            (*_as_applied(later.added_since(earlier)), self._read("mark_rows_for_dump"))
        )

    def _read(self, name: str) -> str:
        return (self._folder / f"{name}.sql").read_text(encoding="utf-8")


def _as_applied(migrations: Iterable[Migration]) -> Iterator[str]:
    """Yield the migrations, and what `wa-webhook migrate` would remember of them."""
    rows = []
    for migration in migrations:
        yield f"-- {migration.path}\n{migration.text}\n{END_OF_FILE}"
        rows.append(f"('{migration.version}', '{migration.sha256}')")
    if rows:
        listed = ",\n".join(rows)
        yield f"insert into wa.migration_checksums (version, sha256) values\n{listed};\n"
