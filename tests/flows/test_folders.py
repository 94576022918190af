"""Flows are folders: added, left out, missing for a while, and removed, under people who write."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import psycopg
import pytest
from typer.testing import CliRunner

from tests.dispatching import say, value, values
from tests.docs.code_blocks import write_files
from tests.docs.test_adding_a_flow import DOCUMENT
from tests.fixtures.names import current_names, with_default_names
from wa_webhook.cli import app
from wa_webhook.migrate import (
    HistoryError,
    Manifest,
    Migrator,
    Outcome,
    SourceError,
    StatementFailedError,
    find_db_folder,
    make_plan,
    read_source,
)
from wa_webhook.operations.migrations import REFUSED, read_migrations

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from psycopg import Connection
    from psycopg.rows import DictRow
    from typer.testing import Result

    from tests.fixtures.postgres import Database

pytestmark = pytest.mark.any_server

STATE = "select state from public.chat_state"
FAILED = "select count(*) from public.wa_events where status = 'failed'"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of flows that holds the one of docs/build/adding-a-flow.md."""
    write_files(DOCUMENT, tmp_path)
    return tmp_path / "flows"


def migrate(
    database: Database,
    flows: Path | None = None,
    *,
    asked_for: Collection[str] = (),
    without: Collection[str] = (),
) -> Outcome:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        source = read_source(find_db_folder(), flows=flows, asked_for=asked_for, without=without)
        return Migrator(connection, source).run()


def run(database: Database, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["flows", *arguments, "--database-url", database.url()])


def test_a_flow_is_told_before_it_is_applied_and_goes_on_when_its_folder_is_gone(
    database: Database,
    edge: Connection[DictRow],
    connection: Connection[DictRow],
    folder: Path,
    own_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder.parent)
    assert "flow feedback: is not in the database as it is here" in run(database, "check").output
    migrate(database, folder)
    assert run(database, "check").output == "every flow holds together\n"
    step = folder / "feedback/steps/step_feedback_rating.sql"
    step.write_text("create function\n")
    assert f"{step.name}, line 1: syntax error at end of input" in run(database, "check").output
    say(edge, "feedback", "well")
    monkeypatch.chdir(own_folder)
    assert migrate(database).absent_flows == ("feedback",)
    say(edge, "back", "well", "More baskets, please")
    assert value(connection, FAILED) == 0
    assert value(connection, "select comment from wa.feedback") == "More baskets, please"
    told = run(database, "check")
    assert told.exit_code == 0
    assert "flow feedback: has no files here, and stays as it is" in told.output


def test_a_step_whose_file_is_gone_stops_the_run(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow], folder: Path
) -> None:
    migrate(database, folder)
    (folder / "feedback/steps/step_feedback_comment.sql").unlink()
    rating = folder / "feedback/steps/step_feedback_rating.sql"
    whole = rating.read_text()
    rating.write_text(whole.replace("end if", "endif"))
    with pytest.raises(StatementFailedError, match="feedback_comment has no step") as refusal:
        migrate(database, folder)
    assert "declare_flow(" not in str(refusal.value)
    path = "flows/feedback/steps/step_feedback_rating.sql"
    assert f'\n- {path}, line 8: syntax error at or near "endif"\n' in str(refusal.value)
    rating.write_text(whole.replace("'comment',", "'coment',"))
    with pytest.raises(
        StatementFailedError, match=f"(?m)^- {path}, line 10: .* moves on to coment"
    ):
        migrate(database, folder)
    say(edge, "feedback", "well", "More baskets, please")
    assert value(connection, FAILED) == 0


def test_a_flow_that_is_refused_leaves_nothing_behind_and_is_mended_where_it_is_wrong(
    database: Database, connection: Connection[DictRow], folder: Path
) -> None:
    (tables,) = (folder / "feedback/migrations").iterdir()
    whole = tables.read_text()
    tables.write_text("".join(line for line in whole.splitlines(True) if "privacy" not in line))
    with pytest.raises(StatementFailedError, match=r"(?s)nobody can be erased.*flow is as it was"):
        migrate(database, folder)
    assert value(connection, "select to_regclass('wa.feedback') is null") is True

    tables.write_text(whole)
    assert migrate(database, folder).migrations == [f"flows/feedback/migrations/{tables.name}"]


def test_a_flow_that_is_left_out_takes_people_home_and_comes_back_when_asked_for(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "new basket")
    before = value(connection, "select count(*) from wa.texts")
    migrate(database, without=["baskets"])
    say(edge, "Holidays", "baskets")
    assert value(connection, STATE) == "home"
    assert value(connection, FAILED) == 0
    assert values(connection, "select distinct flow from wa.flow_states") == ["home"]
    assert value(connection, "select to_regproc('wa.step_basket_list') is null") is True
    assert value(connection, "select to_regproc('public.basket_create') is null") is False
    assert migrate(database).routines == 0
    migrate(database, asked_for=["baskets"])
    say(edge, "baskets")
    assert value(connection, STATE) == "basket_list"
    assert value(connection, "select count(*) from wa.texts") == before


def test_a_new_database_may_leave_the_baskets_out(
    bare_database: Database,
) -> None:
    migrate(bare_database, without=["baskets"])
    with psycopg.connect(bare_database.url()) as connection:
        assert connection.execute("select flow from wa.flows").fetchall() == [("home",)]
        assert connection.execute(
            "select count(*) from wa.texts where key like 'basket.%'"
        ).fetchall() == [(0,)]


def test_a_removed_flow_leaves_its_tables_unless_told_otherwise(
    database: Database,
    edge: Connection[DictRow],
    connection: Connection[DictRow],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moods = folder / "feedback/migrations/20261202090000_moods.sql"
    moods.write_text("""
        create type wa.feedback_mood as enum ('good', 'bad');
        create view wa.feedback_moods as select rating::wa.feedback_mood as mood from wa.feedback;
        create materialized view wa.feedback_sums as
        select mood, count(*) as people from wa.feedback_moods group by mood;
        """)
    migrate(database, folder)
    say(edge, "feedback")
    said = run(database, "remove", "feedback")
    assert said.exit_code == 0, said.output
    assert "removed the flow feedback: 1 person went home" in said.output
    say(edge, "well")
    assert value(connection, STATE) == "home"
    assert value(connection, FAILED) == 0
    assert value(connection, "select to_regproc('wa.step_feedback_rating') is null") is True
    assert value(connection, "select to_regclass('wa.feedback') is null") is False
    assert migrate(database).absent_flows == ()

    said = run(database, "remove", "feedback")
    assert said.output == "only the tables of feedback are left: --drop-tables takes them\n"
    moods.write_text(moods.read_text().replace("people", "persons"))
    with pytest.raises(HistoryError, match="wa-webhook flows remove feedback --drop-tables, and"):
        migrate(database, folder)
    monkeypatch.chdir(folder.parent)
    with psycopg.connect(database.url(), autocommit=True) as owner:
        assert read_migrations(owner, current_names().private_schema).mend == REFUSED
    assert run(database, "remove", "feedback", "--drop-tables").exit_code == 0
    assert value(connection, "select to_regclass('wa.feedback') is null") is True
    migrate(database, folder)
    say(edge, "feedback")
    assert value(connection, STATE) == "feedback_rating"


def test_what_something_else_needs_is_not_removed(
    database: Database, connection: Connection[DictRow], folder: Path
) -> None:
    migrate(database, folder)
    connection.execute("create view wa.ratings as select rating from wa.feedback")
    said = run(database, "remove", "feedback", "--drop-tables")
    assert said.exit_code == 1
    assert with_default_names(said.output) == (
        "the flow feedback is needed: view wa.ratings depends on table wa.feedback\n"
        "Drop or change that first, or keep the tables.\n"
    )
    assert value(connection, "select count(*) from wa.flow_states where flow = 'feedback'") == 2
    assert "there is no flow market" in run(database, "remove", "market").output


def test_a_merge_moves_what_a_flow_keeps_and_collisions_need_a_rule(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow], folder: Path
) -> None:
    migrate(database, folder)
    say(edge, "feedback", "well", "Fine.")
    say(edge, "hello", **{"from": "34600999888"})
    older, newer = values(connection, "select user_id from public.profiles order by created_at")
    connection.execute("update wa.feedback set user_id = %s", (newer,))
    connection.execute("select wa.merge_profiles(%s, %s)", (older, newer))
    assert value(connection, "select user_id from wa.feedback") == older

    connection.execute("alter table wa.feedback add constraint feedback_once unique (user_id)")
    told = run(database, "check")
    assert told.exit_code == 1
    assert "keys of wa.feedback can collide" in " ".join(with_default_names(told.output).split())


def test_rows_of_before_declarations_are_taken_over(connection: Connection[DictRow]) -> None:
    connection.execute("update wa.flows set declared = declared - 'states' - 'moves' - 'texts'")
    connection.execute("update wa.texts set body = 'Add?' where key = 'basket.create_yes'")
    connection.execute("delete from wa.menu_items where reply_id = 'menu.basket_nearby'")
    for flow in ("home", "baskets"):
        connection.execute((find_db_folder() / f"flows/{flow}/flow.sql").read_bytes())
    assert values(connection, "select body from wa.texts where key = 'basket.create_yes'") == [
        "Add?",
        "Add?",
    ]
    assert value(connection, "select count(*) from wa.menu_items where title_key ~ 'nearby'") == 0
    assert value(connection, "select count(*) from wa.flow_states where flow = 'baskets'") == 17


@pytest.mark.parametrize(
    ("path", "text", "problem"),
    [
        ("feedback/flow.sql", "select 1;\n", "is to be one statement, call wa.declare_flow"),
        ("feedback/flow.sql", "call wa.declare_flow('x', '{}');\n", "declares the flow x"),
        ("feedback/flow.sql", "call wa.declare_flow('feedback', '{,}');\n", "line 1: no JSON"),
        (
            "feedback/flow.sql",
            """call wa.declare_flow('feedback', '{"texts": {"a": {}, "a": {}}}');\n""",
            '"a" stands twice',
        ),
        ("other/steps/step_other.sql", "select 1;\n", "has a declaration, flow.sql"),
        ("queue/flow.sql", "call wa.declare_flow('queue', '{}');\n", "the table wa.queue_state"),
        (
            "other/flow.sql",
            """call wa.declare_flow('other', '{"prefix": "flow"}');\n""",
            "the table wa.flow_entries would be taken for the flow's own",
        ),
        ("baskets/flow.sql", "select 1;\n", "there is a flow baskets already"),
        ("feedback/functions/get_text.sql", "select 1;\n", "makes a routine of this name"),
    ],
)
def test_files_that_are_not_as_they_should_be_are_refused(
    folder: Path, path: str, text: str, problem: str
) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    with pytest.raises(SourceError, match=problem):
        read_source(find_db_folder(), flows=folder)


@pytest.mark.parametrize("flow", ["home", "market"])
def test_what_cannot_be_left_out_is_refused(flow: str) -> None:
    with pytest.raises(SourceError, match=flow):
        make_plan(read_source(find_db_folder(), without=[flow]), Manifest())


def test_a_flow_whose_folder_is_gone_can_be_left_out_and_its_tables_stay(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow], folder: Path
) -> None:
    migrate(database, folder)
    say(edge, "feedback")
    shutil.rmtree(folder / "feedback")
    for _ in range(2):
        assert migrate(database, folder, without=["feedback"]).absent_flows == ()
    say(edge, "well")
    assert value(connection, STATE) == "home"
    assert value(connection, FAILED) == 0
    assert value(connection, "select to_regproc('wa.step_feedback_rating') is null") is True
    assert value(connection, "select to_regclass('wa.feedback') is null") is False
