"""No routine looks a name up where its caller could have put another thing of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.style.names_in_routines import Name, names_in_routines
from wa_webhook.migrate import find_db_folder

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

FILES = sorted(
    file for folder in ("functions", "flows") for file in (find_db_folder() / folder).rglob("*.sql")
)
IN_CATALOG = {
    "type": "select from pg_type where typname = %s and typnamespace = 'pg_catalog'::regnamespace",
    "relation": "select from pg_class where relname = %s"
    " and relnamespace = 'pg_catalog'::regnamespace",
    "function": "select from pg_proc where proname = %s"
    " and pronamespace = 'pg_catalog'::regnamespace",
    "operator": "select from pg_operator where oprname = %s"
    " and oprnamespace = 'pg_catalog'::regnamespace",
    "collation": "select from pg_collation where collname = %s"
    " and collnamespace = 'pg_catalog'::regnamespace",
}


def routine(body: str, declared: str = "") -> str:
    return (
        "create function public.f() returns void language plpgsql as $$\n"
        f"declare\n  {declared or 'v_x text;'}\nbegin\n  {body}\nend $$;"
    )


def unqualified(text: str) -> set[str]:
    return {str(one) for one in names_in_routines(text) if not one.is_qualified}


def test_every_name_without_a_schema_is_the_catalogs(connection: Connection[DictRow]) -> None:
    found: dict[Name, list[str]] = {}
    for file in FILES:
        for name in names_in_routines(file.read_text()):
            if not name.is_qualified:
                found.setdefault(name, []).append(file.name)
    assert len(found) > 100
    assert {
        str(name): files
        for name, files in found.items()
        if connection.execute(IN_CATALOG[name.kind].encode(), name.parts).rowcount == 0
    } == {}


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("perform from profiles;", "relation profiles"),
        ("delete from profiles;", "relation profiles"),
        ("perform 'x'::chat;", "type chat"),
        ("perform 'profiles'::regclass;", "relation profiles"),
        ("perform to_regclass('part_' || 1);", "relation part_"),
        ("v_x := mask_json('{}');", "function mask_json"),
        ("execute format('drop table %I', v_x);", "relation x"),
        ("execute 'delete from profiles';", "relation profiles"),
        (
            "v_x := format('delete from profiles where %I = %s', 'a', 1);\n  execute v_x;",
            "relation profiles",
        ),
        (
            "perform from (with a as (select) select from a, profiles) as b;",
            "relation profiles",
        ),
    ],
)
def test_a_name_without_a_schema_is_found_wherever_it_stands(body: str, name: str) -> None:
    assert name in unqualified(routine(body))


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ("v_x chat;", "type chat"),
        ("v_x constant chat := null;", "type chat"),
        ("v_x profiles%rowtype;", "relation profiles"),
        ("v_x profiles.user_id%type;", "relation profiles"),
    ],
)
def test_a_declared_type_without_a_schema_is_found(declared: str, name: str) -> None:
    assert name in unqualified(routine("null;", declared))


def test_what_a_statement_makes_itself_needs_no_schema() -> None:
    body = "perform from (with a as (select) select from a, wa.b as c for update of c) as d;"
    assert unqualified(routine(body)) == {"type text"}
