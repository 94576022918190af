"""Flows that ship and that a database has only when they are asked for."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.dispatching import say, value, values
from tests.docs.code_blocks import write_files
from tests.docs.test_adding_a_flow import DOCUMENT
from tests.fixtures.names import about_two_schemas, current_names
from tests.fixtures.numbers import enter_number
from tests.fixtures.offered import OFFERED, with_offered_flows
from tests.operations.command import answer, run
from wa_webhook.flows.removal import remove_flow
from wa_webhook.migrate import (
    Migrator,
    Outcome,
    SourceError,
    configured,
    find_db_folder,
    read_source,
)
from wa_webhook.naming.names import Names

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

COMMENT = "flows/feedback/steps/step_feedback_comment.sql"
STEP = "select to_regproc('wa.step_feedback_rating') is not null"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A copy of db/ that ships the flow of docs/build/adding-a-flow.md for those that ship."""
    folder = shutil.copytree(find_db_folder(), tmp_path / "db")
    for flow in read_source(folder).offered:
        shutil.rmtree(folder / "flows" / flow.name)
    write_files(DOCUMENT, folder)
    return folder


def migrate(
    database: Database, db: Path, asked_for: Collection[str] = (), without: Collection[str] = ()
) -> Outcome:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        source = read_source(db, asked_for=asked_for, without=without)
        return Migrator(connection, source).run()


def test_a_flow_is_installed_when_asked_for_then_kept_upgraded_and_taken_out(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow], db: Path
) -> None:
    assert migrate(database, db).migrations == []
    assert value(connection, STEP) is False
    migrate(database, db, ["feedback"])
    say(edge, "feedback")
    assert value(connection, "select state from public.chat_state") == "feedback_rating"

    file = db / COMMENT
    file.write_text(file.read_text().replace("1000", "999"))
    assert migrate(database, db).absent_flows == ()
    assert "999" in value(
        connection, "select prosrc from pg_proc where proname = 'step_feedback_comment'"
    )

    with psycopg.connect(database.url(), autocommit=True) as migrating:
        remove_flow(migrating, Names(), "feedback")
    assert migrate(database, db).absent_flows == ()
    assert value(connection, STEP) is False
    assert value(connection, "select to_regclass('wa.feedback') is not null") is True
    migrate(database, db, ["feedback"])
    assert value(connection, STEP) is True
    migrate(database, db, without=["feedback"])
    assert value(connection, STEP) is False


@with_offered_flows
@pytest.mark.any_server
def test_all_that_ship_hold_together_in_one_database(connection: Connection[DictRow]) -> None:
    assert values(connection, "select problem from wa.list_flow_problems()") == []


@with_offered_flows
@pytest.mark.any_server
def test_all_that_ship_can_be_taken_out_with_all_that_they_hold_and_come_back(
    database: Database, connection: Connection[DictRow]
) -> None:
    left = """
        select count(*) from wa.flows
        cross join lateral (
          select relname::text as name from pg_class where relkind = 'r'
          union all select key from wa.settings
          union all select kind from wa.alert_kinds
        ) as object
        where flow = any(%s) and starts_with(object.name, prefix || '_')"""
    before = value(connection, left, list(OFFERED))
    connection.execute("create temporary table kept as select flow, prefix from wa.flows")
    with psycopg.connect(database.url(), autocommit=True) as migrating:
        # Its statements have the names of this run.
        migrating.cursor_factory = psycopg.Cursor
        for flow in OFFERED:
            remove_flow(migrating, current_names(), flow, with_tables=True)
    assert value(connection, left.replace("wa.flows", "kept"), list(OFFERED)) == 0
    migrate(database, find_db_folder(), OFFERED)
    assert value(connection, left, list(OFFERED)) == before


@with_offered_flows
@about_two_schemas("all of one that holds everything is ours")
@pytest.mark.any_server
def test_the_rights_of_all_that_ship_are_known_until_they_are_taken_out(
    database: Database, connection: Connection[DictRow]
) -> None:
    known = "select exists (select from wa.rights where object = 'table public.insurance_cases')"
    differences = "select object || ': ' || held from wa.compare_rights()"
    assert (value(connection, known), values(connection, differences)) == (True, [])
    migrate(database, find_db_folder(), without=OFFERED)
    assert (value(connection, known), values(connection, differences)) == (False, [])


def test_what_cannot_be_asked_for_is_refused_with_what_can(db: Path) -> None:
    with pytest.raises(SourceError, match="no flow feedbak to ask for; those that can be: feedbac"):
        read_source(db, asked_for=["feedbak"])
    with pytest.raises(SourceError, match="feedback is both asked for and left out"):
        read_source(db, asked_for=["feedback"], without=["feedback"])


def test_a_teams_flow_is_taken_for_one_of_its_name_that_nobody_asked_for(
    db: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(db / "flows/feedback", own / "feedback")
    assert read_source(db, flows=own).offered == ()
    with pytest.raises(SourceError, match="there is a flow feedback already"):
        read_source(db, flows=own, asked_for=["feedback"])


@pytest.mark.any_server
def test_a_database_that_has_one_is_sound_without_being_told_of_it(
    database: Database,
    connection: Connection[DictRow],
    db: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enter_number(connection)
    migrate(database, db, ["feedback"])
    monkeypatch.setattr(configured, "find_db_folder", lambda: db)
    for given in ({}, {"WA_WITH": "feedback"}):
        assert run("flows", "check", database=database, **given).stdout == (
            "every flow holds together\n"
        )
        checks = answer(run("doctor", "--json", database=database, **given))["checks"]
        assert {check["outcome"] for check in checks} <= {"ok", "skip"}
        assert answer(run("status", "--json", database=database, **given))["problems"] == []


@pytest.mark.any_server
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("feedbak", "there is no flow feedbak to ask for; those that can be: feedback"),
        ("Feedback!", "WA_WITH: String should match pattern"),
    ],
)
def test_a_name_that_no_flow_has_is_found_by_every_command_that_looks(
    database: Database, db: Path, monkeypatch: pytest.MonkeyPatch, name: str, why: str
) -> None:
    monkeypatch.setattr(configured, "find_db_folder", lambda: db)
    wrong = {"WA_WITH": name}
    doctor = run("doctor", database=database, **wrong)
    assert f"fail migrations    {why}" in doctor.stdout
    assert doctor.exit_code == 1
    assert why in run("status", database=database, **wrong).stdout
    assert f"warning  {why}" in run("flows", "check", database=database, **wrong).stdout
