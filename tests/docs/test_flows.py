"""`wa-webhook flows` draws what is in the tables, and keeps it in a team's document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from wa_webhook.cli import app
from wa_webhook.flows.map import BEGIN_MARKER, END_MARKER, draw_mermaid, read_flow_map

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection
    from psycopg.rows import DictRow
    from typer.testing import Result

    from tests.fixtures.postgres import Database


@pytest.fixture
def document(tmp_path: Path) -> Path:
    written = tmp_path / "flows.md"
    written.write_text(f"# Ours\n\n{BEGIN_MARKER}\n{END_MARKER}\n")
    return written


def run_flows(database: Database, *arguments: str) -> Result:
    url = database.url("wa_operator_role")
    return CliRunner().invoke(app, ["flows", "--database-url", url, *arguments])


def test_a_new_state_makes_the_document_out_of_date_until_it_is_written(
    database: Database, connection: Connection[DictRow], document: Path
) -> None:
    assert run_flows(database, "--write", str(document)).exit_code == 0
    assert run_flows(database, "--check", str(document)).exit_code == 0
    connection.execute("""
        insert into wa.flow_states (state, flow, step_function, description)
        values ('market', 'market', 'step_home', 'Sells things.')
        """)
    check = run_flows(database, "--check", str(document))
    assert check.exit_code == 1
    assert "out of date" in check.output

    assert run_flows(database, "--write", str(document)).exit_code == 0
    assert "| `market` |  | never | Sells things. |" in document.read_text()
    assert run_flows(database, "--check", str(document)).exit_code == 0


def test_every_state_and_move_is_in_the_diagram(connection: Connection[DictRow]) -> None:
    diagram = draw_mermaid(read_flow_map(connection))
    moves = connection.execute("select from_state, to_state from wa.flow_transitions").fetchall()
    assert all(f"{move['from_state']} --> {move['to_state']}\n" in diagram for move in moves)
    states = connection.execute("select state from wa.flow_states").fetchall()
    assert all(f" {state['state']}" in diagram for state in states)


def test_the_diagram_is_printed(database: Database, connection: Connection[DictRow]) -> None:
    printed = run_flows(database, "--mermaid").output
    assert printed == draw_mermaid(read_flow_map(connection))


def test_the_tables_name_every_state(
    database: Database, connection: Connection[DictRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    printed = run_flows(database).output
    for row in connection.execute("select state from wa.flow_states"):
        assert row["state"] in printed


def test_a_document_without_a_place_for_it_is_refused(database: Database, tmp_path: Path) -> None:
    document = tmp_path / "other.md"
    document.write_text("# Other\n")
    result = run_flows(database, "--write", str(document))
    assert result.exit_code == 1
    assert "no part between" in result.output
    assert document.read_text() == "# Other\n"


def test_a_document_that_cannot_be_written_is_told(database: Database, document: Path) -> None:
    document.with_name(f".{document.name}.new").mkdir()
    result = run_flows(database, "--write", str(document))
    assert (result.exit_code, result.stderr) == (1, f"{document}: Is a directory\n")
