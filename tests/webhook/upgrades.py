"""Two versions of the project that differ in a routine's parameters, and the roads between them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg

from tests.fixtures.names import current_names
from wa_webhook.migrate import Migrator, Source, find_db_folder, make_plan, read_source
from wa_webhook.migrate.compose import as_text, compose, wait_for_callers
from wa_webhook.migrate.files import Migration, SqlFile
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fixtures.postgres import Database

    Road = Callable[[Database, str, Callable[[str], None]], None]
    """Upgrade a database at `place`, saying each step that is committed."""

GATE = 4711
"""An advisory lock that calls of the older version pass before they call what will be gone."""

CALLERS = {
    "before the claim": (
        "functions/webhook/wa_dispatch.sql",
        "v_webhook := wa.read_webhook(",
    ),
    "within the message": (
        "functions/chats/advance/run_step.sql",
        "select state.state, state.step_function",
    ),
}
OLDER_CALL = f"perform pg_advisory_xact_lock_shared({GATE}); perform wa.probe('old');"
NEWER_CALL = "perform wa.probe('new', 'probe');"
PROBE = """
create or replace function wa.probe({parameters}) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$ select null $$;
"""


def older(place: str) -> Source:
    """Return the project as it was."""
    return _with_probe(place, OLDER_CALL, "p_first text")


def newer(place: str) -> Source:
    """Return the project as it is."""
    return _with_probe(place, NEWER_CALL, "p_first text, p_second text")


def migrate_files(database: Database, place: str, report: Callable[[str], None]) -> None:
    """Apply changed routines."""
    _migrate(database, newer(place), report)


def migrate_drop(database: Database, place: str, report: Callable[[str], None]) -> None:
    """Apply a migration that drops the routine, another one, and the files after both."""
    drop = "do $$ begin execute 'drop function if exists wa.probe(text)'; end $$;"
    source = _after(newer(place), _migration("20270101000002_drop", drop))
    _migrate(database, _after(source, _migration("20270101000003_next", "select 1;")), report)


def push_export(database: Database, place: str, report: Callable[[str], None]) -> None:
    """Apply an export as the Supabase CLI does: in one transaction, without `begin`."""
    plan = make_plan(newer(place), older(place).manifest())
    parts = [wait_for_callers(), *compose(plan, current_names())]
    text = Rewriter(current_names()).rewrite(as_text(parts))
    with psycopg.connect(database.url(), autocommit=True) as connection:
        connection.execute(text.encode())
    report("pushed")


ROADS: list[Road] = [migrate_files, migrate_drop, push_export]


def install(database: Database, source: Source) -> None:
    """Bring a database to `source` while nobody uses it."""
    _migrate(database, source, lambda _line: None)


def _migrate(database: Database, source: Source, report: Callable[[str], None]) -> None:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        Migrator(connection, source, lock_timeout="60s", report=report).run()


def _with_probe(place: str, call: str, parameters: str) -> Source:
    source = read_source(find_db_folder())
    path, before = CALLERS[place]
    (caller,) = (file for file in source.routines if file.path == path)
    assert before in caller.text
    changed = SqlFile(path, caller.text.replace(before, f"{call} {before}"))
    probe = SqlFile("functions/webhook/probe.sql", PROBE.format(parameters=parameters))
    others = [file for file in source.routines if file.path != path]
    return replace(source, routines=tuple(sorted([*others, changed, probe], key=_path)))


def _path(file: SqlFile) -> str:
    return file.path


def _migration(name: str, text: str) -> Migration:
    version, _, title = name.partition("_")
    return Migration(f"migrations/{name}.sql", text, version, title)


def _after(source: Source, migration: Migration) -> Source:
    return replace(source, migrations=(*source.migrations, migration))
