"""How a database compares with the files of this installation, as the operator's role sees it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from psycopg import errors

from handler.process.environment import SettingsError
from wa_webhook.migrate import MigrateError
from wa_webhook.migrate.configured import read_configured_source
from wa_webhook.migrate.files import COMPONENT, component_of
from wa_webhook.migrate.held_by_extension import find_extension
from wa_webhook.migrate.plan import make_plan
from wa_webhook.migrate.takeover import read_any_history
from wa_webhook.naming.names import DEFAULT_PRIVATE_SCHEMA

if TYPE_CHECKING:
    from psycopg import Connection

MOST_PATHS = 3
"""Of a kind, in one line."""
MIGRATE = "wa-webhook migrate, as the role that owns the tables"
REFUSED = "as it says: wa-webhook migrate stops at it until then"
UPDATE = "alter extension update, once the server has the files of this version"


@dataclass(frozen=True)
class MigrationState:
    """Paths are relative to db/. `refused` says what `wa-webhook migrate` would stop at.

    `extension` is name and version of the one that holds the database, where one does.
    """

    is_known: bool = True
    applied: int = 0
    latest: str | None = None
    pending: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    absent_flows: tuple[str, ...] = ()
    refused: str | None = None
    extension: str | None = None

    @property
    def mend(self) -> str:
        """What brings the database to what the files say."""
        if self.refused is not None:
            return REFUSED
        return MIGRATE if self.extension is None else UPDATE

    @property
    def problem(self) -> str | None:
        """One line on what is not as the files say, or None."""
        if self.refused is not None:
            return self.refused
        parts = [
            f"{len(paths)} {kind} ({_listed(paths)})"
            for paths, kind in (
                (self.pending, "migrations are pending"),
                (self.changed, "routine files are not applied as they are here"),
                (self.removed, "routines of the database have no file here"),
            )
            if paths
        ]
        return "; ".join(parts) or None

    @property
    def changed_flows(self) -> tuple[str, ...]:
        """Flows that are not in the database as they are here."""
        paths = (*self.pending, *self.changed, *self.removed)
        return tuple(sorted({component_of(path) for path in paths} - {COMPONENT}))

    def as_json(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return asdict(self)


def _listed(paths: tuple[str, ...]) -> str:
    named = ", ".join(paths[:MOST_PATHS])
    return f"{named} and {len(paths) - MOST_PATHS} more" if len(paths) > MOST_PATHS else named


def read_migrations(
    connection: Connection[Any], private_schema: str = DEFAULT_PRIVATE_SCHEMA
) -> MigrationState:
    """Compare history and checksums with the files; not known where the role may not read them."""
    extension = None
    try:
        source = read_configured_source()
        with connection.transaction():
            extension = find_extension(connection, private_schema)
            plan = make_plan(source, read_any_history(connection, private_schema, source))
    except errors.InsufficientPrivilege:
        return MigrationState(is_known=False, extension=extension)
    except (MigrateError, SettingsError) as error:
        return MigrationState(refused=" ".join(str(error).split()), extension=extension)
    return MigrationState(
        applied=len(plan.applied),
        latest=max((migration.version for migration in plan.applied), default=None),
        pending=tuple(migration.path for migration in plan.pending),
        changed=tuple(file.path for file in (*plan.changed_routines, *plan.changed_declarations)),
        removed=plan.gone(),
        absent_flows=plan.absent_flows,
        extension=extension,
    )
