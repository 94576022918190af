"""The runbook has every kind of alert and every problem that there is, and no other alert."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from handler.process.outage_alert import BACK, LOST
from handler.refusal_alert import REFUSED
from tests.dispatching import values
from tests.docs.code_blocks import PROJECT

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow


def test_every_kind_of_alert_is_in_the_runbook(connection: Connection[DictRow]) -> None:
    runbook = (PROJECT / "docs" / "runbook.md").read_text()
    (table,) = re.findall(r"\| kind \| meaning \| what to do \|\n((?:\|.*\n)+)", runbook)
    listed = set(re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE))
    known = values(connection, "select kind from wa.alert_kinds")
    assert listed == {*known, LOST["kind"], BACK["kind"], REFUSED["kind"]}


@pytest.mark.any_server
def test_every_problem_of_a_status_is_in_the_runbook() -> None:
    found = PROJECT / "db" / "functions" / "operators" / "status" / "list_problems.sql"
    added = PROJECT / "wa_webhook" / "operations" / "status.py"
    codes = {
        *re.findall(r"^ +\d+, '([a-z_]+)', ", found.read_text(), re.MULTILINE),
        *re.findall(r'_problem\(\s*"([a-z_]+)"', added.read_text()),
    }
    runbook = (PROJECT / "docs" / "runbook.md").read_text()
    at_a_glance = runbook.partition("\n## At a glance\n")[2].partition("\n## ")[0]
    assert "queue_paused" in codes
    assert {code for code in codes if f"`{code}`" not in at_a_glance} == set()


def test_every_document_that_an_alert_names_is_there(connection: Connection[DictRow]) -> None:
    steps = values(connection, "select next_step from wa.alert_kinds")
    named = {path for step in steps for path in re.findall(r"docs/[\w/-]+\.md", step)}
    assert named
    assert [path for path in named if not (PROJECT / path).is_file()] == []


def test_every_kind_that_a_routine_raises_is_explained(connection: Connection[DictRow]) -> None:
    raised = {
        kind
        for source in (PROJECT / "db" / "functions").rglob("*.sql")
        if "wa.alert_occurrences (" in source.read_text() or "raise_alert(" in source.read_text()
        for kind in re.findall(
            r"'(\w+_(?:failed|kept|paused|spike|held|warning|send_error|error_code))'",
            source.read_text(),
        )
    }
    assert raised - set(values(connection, "select kind from wa.alert_kinds")) == set()
