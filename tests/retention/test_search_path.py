"""The one routine without a search_path can have none, and uses its caller's nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pglast
import psycopg
import pytest
from pglast import ast
from pglast.visitors import Visitor

from tests.retention.conftest import purge
from wa_webhook.migrate import find_db_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.retention.conftest import Past

SOURCE = find_db_folder() / "functions" / "retention" / "wa_retention_purge.sql"
HOSTILE = """
    create schema evil;
    grant usage on schema evil to public;
    create domain evil.jsonb as pg_catalog.jsonb check (false);
    create domain evil.text as pg_catalog.text check (false);
    create function evil.trap(pg_catalog.jsonb, pg_catalog.text) returns boolean
    language plpgsql as $$ begin raise 'trapped'; end $$;
    create function evil.trap(bigint, bigint) returns bigint
    language plpgsql as $$ begin raise 'trapped'; end $$;
    create operator evil.? (
        leftarg = pg_catalog.jsonb, rightarg = pg_catalog.text, function = evil.trap);
    create operator evil.-> (
        leftarg = pg_catalog.jsonb, rightarg = pg_catalog.text, function = evil.trap);
    create operator evil.->> (
        leftarg = pg_catalog.jsonb, rightarg = pg_catalog.text, function = evil.trap);
    create operator evil.+ (leftarg = bigint, rightarg = bigint, function = evil.trap);
    create function evil.wa_retention_step() returns pg_catalog.jsonb
    language plpgsql as $$ begin raise 'trapped'; end $$;
    create function evil.upper(pg_catalog.text) returns pg_catalog.text
    language plpgsql as $$ begin raise 'trapped'; end $$;
"""


class _Names(Visitor):
    """Collects what an expression looks up by name."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def _add(self, parts: Any) -> None:
        self.found.add(".".join(part.sval for part in parts))

    def visit_FuncCall(self, _ancestors: Any, node: ast.FuncCall) -> None:  # noqa: N802
        self._add(node.funcname)

    def visit_TypeName(self, _ancestors: Any, node: ast.TypeName) -> None:  # noqa: N802
        self._add(node.names)

    def visit_A_Expr(self, _ancestors: Any, node: ast.A_Expr) -> None:  # noqa: N802
        self._add(node.name)

    def visit_RangeVar(self, _ancestors: Any, node: ast.RangeVar) -> None:  # noqa: N802
        self.found.add(".".join(filter(None, (node.schemaname, node.relname))))


def values_of(tree: Any, key: str) -> Iterator[str]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key and isinstance(value, str):
                yield value
            yield from values_of(value, key)
    elif isinstance(tree, list):
        for one in tree:
            yield from values_of(one, key)


def test_every_name_in_the_procedure_says_its_schema() -> None:
    (procedure, *_) = pglast.parse_plpgsql(SOURCE.read_text())
    names = _Names()
    queries = list(values_of(procedure, "query"))
    for query in queries:
        text = query.partition(":=")[2] if ":=" in query.split("'")[0] else query
        is_whole = text.lstrip().lower().startswith("select")
        names(pglast.parse_sql(text if is_whole else f"select {text}"))
    assert len(queries) > 10
    assert {one for one in names.found if "." not in one} == set()


def test_a_hostile_search_path_changes_nothing(connection: Connection[DictRow], past: Past) -> None:
    connection.execute(HOSTILE.encode())
    past.add_events(3, "31 days")
    connection.execute("set search_path = evil, pg_catalog")
    said = purge(connection)
    assert said["RETENTION_WA_EVENTS_PURGED"]["count"] == 3
    assert len(said) == 4


@pytest.mark.parametrize(
    "setting", ["set search_path = ''", "set lock_timeout = '2s'", "security definer"]
)
def test_with_a_setting_of_its_own_or_its_owners_rights_it_could_not_commit(
    connection: Connection[DictRow], setting: str
) -> None:
    connection.execute(f"alter procedure public.wa_retention_purge() {setting}".encode())
    with pytest.raises(psycopg.errors.InvalidTransactionTermination):
        purge(connection)
