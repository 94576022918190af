"""Long work says how far it is, and may be stopped and gone on with at any point."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import typer
from rich.console import Console

from tests import payloads
from tests.dispatching import break_step, mend_step, send, value
from tests.fixtures.names import current_names
from tests.migrations.conftest import FIRST_VERSION
from tests.operations.command import run
from tests.retention.conftest import BATCH, Past, purge
from wa_webhook.cli.progress import INTERRUPTED, Progress, show_progress
from wa_webhook.flows.removal import remove_flow
from wa_webhook.migrate import Migrator, find_db_folder, read_source
from wa_webhook.operations import replay
from wa_webhook.operations.person import erase_person, export_person

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database


def test_a_terminal_shows_what_is_done_of_how_much_and_which_step() -> None:
    shown = io.StringIO()
    progress = Progress("replaying", 8)
    with progress.on_terminal(Console(file=shown, force_terminal=True, width=100)):
        progress.tell("the third", done=2)
    assert "replaying 2 of 8 (25 %): the third" in shown.getvalue()


def test_a_log_gets_a_line_now_and_then_while_a_step_lasts() -> None:
    lines: list[str] = []
    is_told = threading.Event()
    progress = Progress("migrating")

    def say(line: str) -> None:
        lines.append(line)
        is_told.set()

    with progress.in_log(say, 0.01):
        progress.tell("a.sql, statement 2 of 3")
        is_told.clear()
        assert is_told.wait(10)
    assert "migrating: a.sql, statement 2 of 3, 0 s" in lines


def test_work_that_is_soon_done_leaves_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress("replaying", when_interrupted="") as progress:
        progress.tell(done=1)
    assert capsys.readouterr() == ("", "")


def test_an_interruption_says_what_became_of_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    def erase() -> None:
        with show_progress("erasing", when_interrupted="Nothing was erased.") as progress:
            progress.tell("wa_events")
            raise KeyboardInterrupt

    with pytest.raises(typer.Exit) as stopped:
        erase()
    assert stopped.value.exit_code == INTERRUPTED
    assert capsys.readouterr().err == (
        "interrupted after erasing: wa_events, 0 s. Nothing was erased.\n"
    )


@pytest.mark.parametrize(
    ("options", "doing", "rest"),
    [
        ((), "replaying", "2 replayed: 2 processed\n"),
        (("--dismiss",), "dismissing", "2 dismissed\n"),
    ],
)
def test_what_failed_and_is_gone_through_half_keeps_what_is_done_and_goes_on(
    database: Database,
    edge: Connection[DictRow],
    connection: Connection[DictRow],
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    doing: str,
    rest: str,
) -> None:
    break_step(connection)
    for number in range(3):
        send(edge, payloads.text_message("help", sender=f"3460000000{number}"))
    mend_step(connection)
    monkeypatch.setattr(replay, "MESSAGES_A_CALL", 1)
    monkeypatch.setattr(replay, "DISMISSED_A_CALL", 1)
    tell = Progress.tell

    def tell_and_press_ctrl_c(progress: Progress, *words: str, **counts: Any) -> None:
        tell(progress, *words, **counts)
        if counts.get("done"):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Progress, "tell", tell_and_press_ctrl_c)
        result = run("replay", *options, database=database)
    assert result.exit_code == INTERRUPTED
    assert result.stderr.startswith(f"interrupted after {doing} 1 of 3 (33 %)")
    assert run("replay", *options, database=database).stdout == rest
    assert value(connection, "select count(*) from public.wa_events where status = 'failed'") == 0


def test_a_migration_that_is_interrupted_is_undone_as_a_whole_and_goes_on(
    bare_database: Database, tmp_path: Path
) -> None:
    (folder := tmp_path / "migrations").mkdir()
    (first,) = (find_db_folder() / "migrations").glob(f"{FIRST_VERSION}_*.sql")
    (folder / first.name).write_text(first.read_text())
    steps: list[str] = []

    def follow(step: str) -> None:
        steps.append(step)
        if (
            step == "migrations/20270101000000_large.sql, statement 2 of 2"
            and steps.count(step) == 1
        ):
            raise KeyboardInterrupt

    with psycopg.connect(bare_database.url(), autocommit=True) as target:
        Migrator(target, read_source(tmp_path), names=current_names()).run()
        (folder / "20270101000000_large.sql").write_text(
            "create table wa.large (id int); create index on wa.large (id);"
        )
        migrator = Migrator(target, read_source(tmp_path), names=current_names(), follow=follow)
        with pytest.raises(KeyboardInterrupt):
            migrator.run()
        schema = current_names().private_schema
        assert target.execute("select to_regclass(%s)", (f"{schema}.large",)).fetchone() == (None,)
        assert migrator.run().migrations == ["migrations/20270101000000_large.sql"]


def test_handing_out_and_erasing_name_each_table_that_they_begin(
    database: Database, edge: Connection[DictRow]
) -> None:
    send(edge, payloads.text_message("hello"))
    for work in (export_person, erase_person):
        tables: list[str] = []
        with psycopg.connect(database.url("wa_operator_role"), autocommit=True) as operator:
            work(operator, current_names(), payloads.SENDER, tables.append)
        assert {"wa_events", "notifications", "chat_state"} <= set(tables)


def test_removing_a_flow_says_what_it_is_at(database: Database) -> None:
    steps: list[str] = []
    with psycopg.connect(database.url(), autocommit=True) as connection:
        remove_flow(connection, current_names(), "baskets", follow=steps.append)
    assert steps == ["waiting for those who call its steps", "sending 0 people home"]


def test_a_purge_by_hand_says_how_far_it_is_after_every_tenth_batch(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    Past(connection).add_events(10 * BATCH + 1, "31 days")
    said = purge(edge)
    assert said["RETENTION_PROGRESS"]["purged"]["wa_events"] == 10 * BATCH
    assert said["RETENTION_WA_EVENTS_PURGED"]["count"] == 10 * BATCH + 1
