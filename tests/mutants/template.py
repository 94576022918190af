"""The database that the tests' databases are copies of, with a fault in it for a while."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from wa_webhook.dev.postgres import MIGRATING_ROLE, SUPERUSER, LocalPostgres
from wa_webhook.migrate.files import SqlFile

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOUND = "template_sound"


class Template:
    """A template, and a copy of it that never gets a fault."""

    def __init__(self, server: LocalPostgres, name: str) -> None:
        self._server = server
        self._name = name
        self._copy(name, _SOUND)

    @contextmanager
    def changed(self, fault: dict[str, Any]) -> Iterator[str]:
        """Have the fault in the file and the template; gives why PostgreSQL refuses it, or ''."""
        file = Path(fault["path"])
        file.write_text(fault["mutated"])
        try:
            yield self._refusal_of(fault)
        finally:
            file.write_text(fault["text"])
            with psycopg.connect(self._server.url(SUPERUSER), autocommit=True) as superuser:
                superuser.execute(f"drop database {self._name}")
            self._copy(_SOUND, self._name)

    def _refusal_of(self, fault: dict[str, Any]) -> str:
        path = fault["path"].removeprefix("db/")
        checksum = SqlFile(path, fault["mutated"]).checksum
        is_applied = "select from wa.applied_files where path = %s"
        try:
            with psycopg.connect(self._server.url(SUPERUSER, self._name)) as superuser:
                if superuser.execute(is_applied, (path,)).fetchone() is None:
                    # Of a flow that is asked for: its tests make a template of the files.
                    return ""
                superuser.execute(fault["mutated"])
                # Nothing is to be pending.
                superuser.execute(
                    "update wa.applied_files set checksum = %s where path = %s", (checksum, path)
                )
                # Nor is it to be a routine that somebody changed by hand.
                superuser.execute(f"set local role {MIGRATING_ROLE}")
                superuser.execute("call wa.note_rights()")
        except psycopg.Error as error:
            return f"PostgreSQL: {error}"
        return ""

    def _copy(self, template: str, name: str) -> None:
        with psycopg.connect(self._server.url(SUPERUSER), autocommit=True) as superuser:
            superuser.execute(
                f"create database {name} template {template}"
                f" strategy file_copy owner {MIGRATING_ROLE}"
            )
