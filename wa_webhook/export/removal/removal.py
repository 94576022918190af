"""Plans what takes wa-webhook out of a database: a look that changes nothing, and a script.

No statement of it cascades, so that PostgreSQL refuses what would take something of an app along.
What would go without a word, and what would only fail later, is looked for here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wa_webhook.export.removal.catalog import Catalog
from wa_webhook.export.removal.made import read_made
from wa_webhook.export.removal.obstacles import list_obstacles
from wa_webhook.export.removal.script import write_script
from wa_webhook.migrate.errors import RemovalError
from wa_webhook.migrate.files import COMPONENT, parts_of
from wa_webhook.migrate.held_by_extension import find_extension
from wa_webhook.migrate.history import read_history
from wa_webhook.migrate.kept_names import refuse_other_names

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from psycopg import Connection

    from wa_webhook.export.removal.made import Made
    from wa_webhook.migrate import Manifest
    from wa_webhook.migrate.source import Source
    from wa_webhook.naming.names import Names


@dataclass(frozen=True)
class Removal:
    """`text` drops what wa-webhook made, and is empty where something of an app is `in_the_way`.

    `rows`: how many go, by the contract's tables that have any.
    """

    in_the_way: tuple[str, ...]
    rows: Mapping[str, int] = field(default_factory=dict)
    text: str = ""


def plan_removal(
    database: Connection[Any], source: Source, names: Names, ignored: Collection[str] = ()
) -> Removal:
    """Read what is to be dropped, in one transaction that changes nothing.

    `ignored`: routines, with their schema, that may mention what goes. Raises RemovalError, and
    HistoryError for other names than the database has.
    """
    with database.transaction():
        database.execute("set transaction isolation level repeatable read, read only")
        is_usual = database.execute(
            "select %s = any(pg_catalog.current_schemas(false))", (names.schema,)
        ).fetchone() == (True,)
        # What is named is named with its schema.
        database.execute("set local search_path = pg_catalog, pg_temp")
        earlier = _read_earlier(database, source, names)
        made = read_made(source.for_one_with(earlier), earlier, names)
        catalog = Catalog(database, made, names)
        in_the_way = list_obstacles(catalog, made, names, is_usual=is_usual, ignored=ignored)
        if in_the_way:
            return Removal(tuple(in_the_way))
        return Removal((), _count_rows(catalog, made, names), write_script(catalog, made, names))


def _read_earlier(database: Connection[Any], source: Source, names: Names) -> Manifest:
    refuse_other_names(database, names)
    if extension := find_extension(database, names.private_schema):
        raise RemovalError(
            f"this database holds wa-webhook as the extension {extension}:"
            " docs/install/extension.md says how it goes"
        )
    earlier = read_history(database, names.private_schema)
    if not earlier.migrations:
        raise RemovalError(f"this database has no wa-webhook in schema {names.private_schema}")
    here = {one.key for one in source.migrations}
    later = [key for key in earlier.migrations if parts_of(key)[0] == COMPONENT and key not in here]
    if later:
        raise RemovalError(
            f"this database has migrations that this installation does not have"
            f" ({', '.join(later)}): if a newer wa-webhook made them, take that one, and if an"
            " older one did, run wa-webhook migrate first"
        )
    return earlier


def _count_rows(catalog: Catalog, made: Made, names: Names) -> Mapping[str, int]:
    contract = {f"{names.schema}.{table}" for table in made.contract}
    counts = {
        table: int(catalog.ask(f"select count(*) from {table}")[0][0])  # noqa: S608
        for kind, table in catalog.objects.values()
        if kind == "table" and table in contract
    }
    return {table: count for table, count in counts.items() if count}
