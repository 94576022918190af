"""A folder of migrations: files in order, each with a version of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wa_webhook.migrate.errors import SourceError
from wa_webhook.migrate.files import Migration, read_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MIGRATION_FILE_NAME = re.compile(r"(?P<version>[0-9]{14})_(?P<name>[a-z0-9_]+)\.sql")


def read_migrations(folder: Path, path_of_folder: str) -> list[Migration]:
    """Read the migrations of `folder`, none where it is not there, oldest first.

    `path_of_folder`: where it lies below db/. Raises SourceError for a migration whose name the
    Supabase CLI would not take, or a version used twice.
    """
    migrations: dict[str, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        relative = f"{path_of_folder}/{path.name}"
        parts = MIGRATION_FILE_NAME.fullmatch(path.name)
        if parts is None:
            raise SourceError(
                f"{relative}: not named <14 digits>_<lower_case_name>.sql, so its place in the "
                "order is unknown"
            )
        version = parts["version"]
        if version in migrations:
            raise SourceError(f"{relative}: has the version of {migrations[version].path}")
        migrations[version] = Migration(relative, read_text(path), version, parts["name"])
    return list(migrations.values())


def name_next(folder: Path | None, now: datetime, ending: str) -> str:
    """Return the name of a migration that is later than every other in the folder; `now` is UTC."""
    files = folder.glob("*.sql") if folder is not None else ()
    taken = [int(digits) for file in files if (digits := file.name.partition("_")[0]).isdigit()]
    version = max(int(now.strftime("%Y%m%d%H%M%S")), max(taken, default=0) + 1)
    return f"{version:014}{ending}"
