"""Rules that the files under db/ keep; each test lists the files that break one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pglast
import pglast.parser
from pglast import ast
from pglast.enums import ObjectType
from pglast.visitors import Visitor

from tests.fixtures.offered import WHOLE as SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wa_webhook.migrate.files import SqlFile

FILES: tuple[SqlFile, ...] = (*SOURCE.migrations, *SOURCE.routines)

ROUTINES = {
    ObjectType.OBJECT_FUNCTION,
    ObjectType.OBJECT_PROCEDURE,
    ObjectType.OBJECT_ROUTINE,
}


parse = cache(pglast.parse_sql)


def statements(file: SqlFile, kind: type[ast.Node]) -> list[Any]:
    return [raw.stmt for raw in parse(file.text) if isinstance(raw.stmt, kind)]


def routines() -> Iterator[tuple[str, Any]]:
    for file in SOURCE.routines:
        for routine in statements(file, ast.CreateFunctionStmt):
            yield file.path, routine


def sql_body(routine: Any) -> str:
    """Return the body of a function of language SQL, nothing for another."""
    options = {option.defname: option.arg for option in routine.options}
    return str(options["as"][0].sval) if options["language"].sval == "sql" else ""


def names_a_table(body: str) -> bool:
    """Whether a body names a relation with its schema, as all but those of the catalog are."""
    found: list[str] = []

    class Relations(Visitor):
        def visit_RangeVar(self, _: Any, node: ast.RangeVar) -> None:  # noqa: N802
            if node.schemaname in {"public", "wa"}:
                found.append(str(node.relname))

    Relations()(pglast.parse_sql(body))
    return bool(found)


def test_every_file_parses() -> None:
    assert [file.path for file in FILES if not parse(file.text)] == []


def test_every_routine_file_holds_one_routine_named_as_the_file() -> None:
    names = {
        file.path: [
            routine.funcname[-1].sval for routine in statements(file, ast.CreateFunctionStmt)
        ]
        for file in SOURCE.routines
    }
    assert {
        path: found for path, found in names.items() if found != [PurePosixPath(path).stem]
    } == {}


def test_a_routine_with_parameters_that_reads_tables_is_no_sql_function() -> None:
    # A schema that Citus distributes refuses them, and each call would be planned anew.
    assert [
        path
        for path, routine in routines()
        if routine.parameters and (body := sql_body(routine)) and names_a_table(body)
    ] == []


def test_no_jsonb_begins_as_a_text() -> None:
    # plpgsql_check, and so `supabase db lint`, warns of the cast.
    untyped = re.compile(r"(?m)^  \w+ (?:constant )?jsonb := '[^']*';")
    assert [file.path for file in SOURCE.routines if untyped.search(file.text)] == []


def test_every_routine_file_lies_in_the_folder_of_its_concern() -> None:
    assert [
        file.path for file in SOURCE.routines if len(PurePosixPath(file.path).parts) not in {3, 4}
    ] == []


def test_every_routine_names_its_schema_and_can_be_applied_again() -> None:
    assert [
        path
        for path, routine in routines()
        if not routine.replace or routine.funcname[0].sval not in {"public", "wa"}
    ] == []


def test_every_function_states_its_volatility() -> None:
    assert [
        path
        for path, routine in routines()
        if not routine.is_procedure
        and "volatility" not in {option.defname for option in routine.options}
    ] == []


def test_no_migration_opens_or_ends_a_transaction() -> None:
    assert [file.path for file in SOURCE.migrations if statements(file, ast.TransactionStmt)] == []


def test_no_migration_changes_a_setting_of_the_session() -> None:
    assert [
        file.path
        for file in SOURCE.migrations
        if not all(setting.is_local for setting in statements(file, ast.VariableSetStmt))
    ] == []


def test_no_migration_makes_or_drops_a_routine() -> None:
    assert [
        file.path
        for file in SOURCE.migrations
        if statements(file, ast.CreateFunctionStmt)
        or any(drop.removeType in ROUTINES for drop in statements(file, ast.DropStmt))
    ] == []


def test_every_file_has_unix_line_ends_no_tabs_and_a_last_newline() -> None:
    assert [
        file.path
        for file in FILES
        if "\t" in file.text or "\r" in file.text or not file.text.endswith("\n")
    ] == []


def test_what_a_routine_means_by_a_backslash_does_not_depend_on_the_session() -> None:
    assert {
        file.path: plain for file in SOURCE.routines if (plain := with_backslash(file.text))
    } == {}


def with_backslash(text: str) -> list[str]:
    """Return the strings in which standard_conforming_strings decides what a backslash is."""
    found = []
    for token in pglast.parser.scan(text):
        string = text[token.start : token.end + 1]
        if token.name == "SCONST" and string.startswith("$$"):
            # The body of a routine; a declaration of a flow is JSON.
            found += [] if string.startswith("$${") else with_backslash(string[2:-2])
        elif token.name == "SCONST" and string.startswith("'") and "\\" in string:
            found.append(string)
    return found
