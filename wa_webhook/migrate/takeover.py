"""Takes over a database whose history holds the migrations from before 1.0.0.

`db/takeover.txt` is their last state. The baseline, with which the history of 1.0.0 begins, makes
the same in files of its own: a database that is at that state has it already, and only its history
is written anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wa_webhook.migrate import history
from wa_webhook.migrate.errors import HistoryError
from wa_webhook.migrate.files import parts_of
from wa_webhook.migrate.manifest import Manifest
from wa_webhook.migrate.shape import list_missing
from wa_webhook.migrate.statements import execute_file

if TYPE_CHECKING:
    from collections.abc import Collection

    from psycopg import Connection

    from wa_webhook.migrate.files import Migration
    from wa_webhook.migrate.source import Source
    from wa_webhook.naming.rewriting import Rewriter

COMMIT = "6a14206"
"""The last with the migrations from before."""

BASELINE = "2026120600"
"""What the versions of the baseline begin with."""

_OLDER_HISTORY = "function_sources"
"""A table of databases that are older than the history of today."""

_NOT_AT_LAST_STATE = (
    "this database was made by a version before 1.0.0, and is not at its last state.\n"
    f"Bring it there first: run `wa-webhook migrate` of commit {COMMIT}, then this one."
)


def is_of_before(earlier: Manifest, source: Source) -> bool:
    """Whether `earlier` holds migrations from before 1.0.0."""
    return bool(_find_components(earlier, source))


def read_any_history(database: Connection[Any], private_schema: str, source: Source) -> Manifest:
    """Return what was applied, with the baseline in place of migrations from before 1.0.0.

    Raises HistoryError for a database that is not at the last state of before.
    """
    older = f"{private_schema}.{_OLDER_HISTORY}"
    row = database.execute("select pg_catalog.to_regclass(%s) is null", (older,)).fetchone()
    if row != (True,):
        raise HistoryError(_NOT_AT_LAST_STATE)
    earlier = history.read_history(database, private_schema)
    components = _find_components(earlier, source)
    before = _select(earlier, components)
    if before != _select(source.predecessor, components):
        raise HistoryError(_NOT_AT_LAST_STATE)
    stays = {key: one for key, one in earlier.migrations.items() if key not in before}
    baseline = {one.key: one.checksum for one in _list_baseline(source, components)}
    return Manifest(stays | baseline, earlier.files)


def take_over(database: Connection[Any], source: Source, rewriter: Rewriter) -> bool:
    """Write the history of a database from before 1.0.0 anew; tell whether it was one.

    To be called where read_any_history does not raise. Raises HistoryError when the database lacks
    something that the baseline makes.
    """
    earlier = history.read_history(database, rewriter.names.private_schema)
    components = _find_components(earlier, source)
    if not components:
        return False
    baseline = _list_baseline(source, components)
    if missing := list_missing(database, baseline, rewriter):
        raise HistoryError(
            "\n".join(
                (
                    "this database is not as the migrations that it was given have made it."
                    " It lacks, in this form:",
                    *(f"  {one}" for one in missing),
                    "Somebody changed it by hand: change it back, or make what is missing.",
                )
            )
        )
    for part in (history.forget_migrations(components), history.record_migrations(baseline)):
        execute_file(database, part, rewriter)
    return True


def _find_components(earlier: Manifest, source: Source) -> set[str]:
    """Return whose migrations from before `earlier` holds."""
    return {parts_of(key)[0] for key in earlier.migrations if key in source.predecessor.migrations}


def _select(manifest: Manifest, components: Collection[str]) -> dict[str, str]:
    return {key: one for key, one in manifest.migrations.items() if parts_of(key)[0] in components}


def _list_baseline(source: Source, components: Collection[str]) -> list[Migration]:
    # A database that has an offered flow may be told so only by this history.
    offered = [one for flow in source.offered for one in flow.migrations]
    return [
        one
        for one in (*source.migrations, *offered)
        if one.component in components and one.version.startswith(BASELINE)
    ]
