"""`wa-webhook person` as the operator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.operations.command import answer, run
from tests.person.life import MARKS, PHONE, find_marks

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database
    from tests.person.life import Life


def test_export_prints_one_json_object(life: Life, database: Database) -> None:
    result = run("person", "export", "0034 612 345 678", database=database)
    assert result.exit_code == 0
    assert answer(result)["profiles"][0]["user_id"]
    assert life.user_id


def test_erase_asks_and_does_nothing_without_a_yes(life: Life, database: Database) -> None:
    result = run("person", "erase", f"+{PHONE}", database=database)
    assert result.exit_code == 1
    assert "rows are about this person. Erase them for good?" in result.stdout
    assert life.user_id


def test_erase_says_what_is_gone_and_nothing_personal(life: Life, database: Database) -> None:
    result = run("person", "erase", f"+{PHONE}", "--yes", database=database)
    assert result.exit_code == 0
    assert "wa_events" in result.stdout
    assert "is left without anything personal" in result.stdout
    assert not any(mark in result.output for mark in MARKS)
    assert find_marks(life.owner, MARKS) == {}


def test_erase_prints_json_for_scripts(life: Life, database: Database) -> None:
    user_id = str(life.user_id)
    result = run("person", "erase", user_id, "--yes", "--json", database=database)
    assert json.loads(result.stdout)["user_id"] == user_id


def test_nobody_is_one_line_with_a_hint_and_exit_code_1(database: Database) -> None:
    for command in (("export", "+34600000000"), ("erase", "ES.nobody", "--yes")):
        result = run("person", *command, database=database)
        assert result.exit_code == 1
        assert result.stderr.startswith("nobody goes by this (Give a number with its country code")
