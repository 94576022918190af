"""What a schema that is distributed over nodes refuses, and plain PostgreSQL does as well without.

Citus wants the same outcome on every node, and a constraint is added by a statement of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pglast
import pytest
from pglast import ast

from tests.fixtures.names import current_names
from tests.style.names_in_routines import (
    ROWS_OF_A_TRIGGER,
    names_in_statement,
    statements_of_routines,
)
from tests.style.test_names_in_routines import FILES, routine
from tests.style.unlike_on_nodes import (
    refused_on_nodes,
    unions_without_names,
    upserts_that_are_counted,
    whole_rows,
)
from wa_webhook.migrate import find_db_folder, read_whole_source

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow


VARIABLES = "v_x text;\n  v_i interval;"
STABLE = {"now": "s", "clock_timestamp": "v", "random": "v", "public.get_setting": "s"}


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("insert into public.t (a) values (now()) on conflict (a) do update set a = {};", "now()"),
        (
            "insert into public.t as o (a) select 1 on conflict (a) do update set a = {};",
            "o.b + v_i",
        ),
        ("insert into public.t (a) values ({});", "(select 1)"),
        ("insert into public.t (a) select 1 on conflict (a) do update set a = {};", "v_x"),
        (
            "insert into public.t (a) select {} on conflict (a) do nothing returning t.a into v_x;",
            "(select max(s.a) from public.s as s)",
        ),
        ("update public.t as o set a = {};", "clock_timestamp()"),
        ("update public.t as o set a = {};", "case when o.a then now() end"),
        ("update public.t as o set a = {};", "o.b + v_i"),
        ("update public.t as o set a = {};", "o.b - interval '1 minute'"),
        ("update public.t as o set a = {};", "public.get_setting(o.b)"),
        ("update public.t as o set a = {};", "case o.b when 1 then 2 end"),
        ("insert into public.t (a) values ({});", "case v_x when 'a' then 1 end"),
        ("insert into public.t (a) select {} from public.s as s;", "case s.b when 1 then 2 end"),
        (
            "update public.t as o set a = s.a from (select {} as a from public.s as s) as s;",
            "public.get_setting(s.b)",
        ),
        ("update public.t as o set a = 1 returning {} into v_x;", "current_timestamp"),
        ("delete from public.t as o where {};", "o.b < public.get_setting(o.b)"),
        ("delete from public.t as o where {};", "o.a in (select random())"),
        (
            "with a as (select 1 as b), c as (insert into public.t (a) select a.b from a)"
            " select {} into v_x from a;",
            "a.b",
        ),
        (
            "with a as (select {} as b), c as (insert into public.t (a) select a.b from a"
            " returning t.a) select c.a into v_x from c;",
            "random()",
        ),
        (
            "with c as (insert into public.t (a) values (1) returning t.a)"
            " delete from public.t as o using c where {};",
            "o.a = c.a",
        ),
        (
            "with a as (delete from public.t as o returning o.a)"
            " insert into public.t (a) select {} from a inner join public.s as s on s.a = a.a;",
            "s.b",
        ),
    ],
)
def test_what_may_come_out_differently_on_a_node_is_found(statement: str, refused: str) -> None:
    assert list(refused_on_nodes(routine(statement.format(refused), VARIABLES), STABLE))


@pytest.mark.parametrize(
    "statement",
    [
        "insert into public.t (a) values (now()) on conflict (a) do update set a = excluded.a;",
        "update public.t as o set a = now(), b = greatest(o.b, now()), c = v_x + v_i;",
        "update public.t as o set a = (o.a at time zone 'UTC' + v_i) at time zone 'UTC';",
        "update public.t as o set a = s.a"
        " from (select public.get_setting(s.b) as a from public.s as s offset 0) as s;",
        "with a as (select 1 as b), c as (insert into public.t (a) select a.b from a returning t.a)"
        " select c.a into v_x from c;",
        "with a as (delete from public.t as o returning o.a)"
        " insert into public.t (a) select a.a from a;",
    ],
)
def test_what_comes_out_the_same_on_every_node_is_let_through(statement: str) -> None:
    assert not list(refused_on_nodes(routine(statement, VARIABLES), STABLE))


@pytest.mark.any_server
def test_no_routine_changes_rows_by_what_may_come_out_differently_on_a_node(
    connection: Connection[DictRow],
) -> None:
    # The least that any of a name's overloads is: i for immutable, s for stable, v for volatile.
    known = connection.execute(
        "select case pronamespace when 'pg_catalog'::regnamespace then '' else 'public.' end"
        " || proname as name, min(provolatile::text) as least from pg_proc"
        " where pronamespace::regnamespace::text = any(%s) group by 1",
        (["pg_catalog", *current_names().schemas.values()],),
    )
    volatility = {row["name"]: row["least"] for row in known}
    assert volatility["public.get_setting"] == "s"
    assert {
        file.name: found
        for file in FILES
        if (found := list(refused_on_nodes(file.read_text(encoding="utf-8"), volatility)))
    } == {}


def test_no_statement_joins_the_rows_of_a_trigger_with_a_table() -> None:
    assert [
        file.name
        for file in FILES
        for text in [file.read_text(encoding="utf-8")]
        for rows in set(ROWS_OF_A_TRIGGER.findall(text))
        for statement in statements_of_routines(text)
        if rows in statement
        for relations in [
            {one.parts for one in names_in_statement(statement) if one.kind == "relation"}
        ]
        if len(relations) > 1 and (rows,) in relations
    ] == []


@pytest.mark.parametrize("given", ["public.f({})", "({})::public.t", "public.f(({})::public.t)"])
@pytest.mark.parametrize(("row", "found"), [("o", ["o"]), ("o.*", ["o"]), ("row(o.*)", [])])
def test_the_row_of_a_table_that_goes_on_as_it_is_is_found(
    given: str, row: str, found: list[str]
) -> None:
    assert whole_rows(f"select {given.format(row)} from public.t as o") == found


def test_no_routine_is_given_the_row_of_a_table_as_it_is() -> None:
    assert {
        file.name: found
        for file in FILES
        for statement in statements_of_routines(file.read_text(encoding="utf-8"))
        if (found := whole_rows(statement))
    } == {}


@pytest.mark.parametrize("asks", ["get diagnostics v_x = row_count;", "if not found then"])
def test_an_upsert_of_a_query_that_is_counted_is_found(asks: str) -> None:
    upsert = "insert into public.t (a) {} on conflict (a) do nothing{};\n"
    counted = [
        len(upserts_that_are_counted(upsert.format(*parts) + asks))
        for parts in (("select 1", ""), ("values (1)", ""), ("select 1", " returning t.a into v_x"))
    ]
    assert counted == [1, 0, 0]


def test_no_routine_counts_what_an_upsert_of_a_query_has_changed() -> None:
    assert {
        file.name: found
        for file in FILES
        if (found := upserts_that_are_counted(file.read_text(encoding="utf-8")))
    } == {}


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("a (b) as (select 1 union all select t.c from public.t as t)", ["a"]),
        ("a as (select 1 as b union all select t.c from public.t as t)", []),
    ],
)
def test_a_union_named_from_outside_is_found(part: str, found: list[str]) -> None:
    assert unions_without_names(f"with {part} select a.b from a") == found


def test_a_union_that_is_read_once_names_its_columns_itself() -> None:
    assert {
        file.name: found
        for file in FILES
        for statement in statements_of_routines(file.read_text(encoding="utf-8"))
        if (found := unions_without_names(statement))
    } == {}


def test_a_constraint_is_added_by_a_statement_of_its_own() -> None:
    assert [
        migration.path
        for migration in read_whole_source(find_db_folder()).migrations
        for raw in pglast.parse_sql(migration.text)
        if isinstance(raw.stmt, ast.AlterTableStmt)
        for commands in [raw.stmt.cmds or ()]
        if len(commands) > 1 and any("Constraint" in one.subtype.name for one in commands)
    ] == []
