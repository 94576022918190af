"""`wa-webhook person` as the operator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.dispatching import value, values
from tests.fixtures.names import current_names
from tests.operations.command import answer, run
from tests.person.life import BSUID, MARKS, PHONE, find_marks
from tests.queue.conftest import text
from wa_webhook.operations.person import count_person, export_person

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database
    from tests.person.life import Life


def test_export_prints_one_json_object(life: Life, database: Database) -> None:
    result = run("person", "export", "0034 612 345 678", database=database)
    assert result.exit_code == 0
    assert answer(result)["profiles"][0]["user_id"]
    assert " profiles" in result.stderr
    assert life.user_id


def test_erase_asks_and_does_nothing_without_a_yes(life: Life, database: Database) -> None:
    result = run("person", "erase", f"+{PHONE}", database=database)
    assert result.exit_code == 1
    assert "rows are about this person. Erase them for good?" in result.stdout
    assert life.user_id


def test_counting_what_is_to_be_erased_hands_nothing_out(life: Life, database: Database) -> None:
    assert life.user_id
    told: list[str] = []
    with psycopg.connect(database.url("wa_operator_role"), autocommit=True) as operator:
        operator.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
        counted = count_person(operator, current_names(), f"+{PHONE}")
        assert not any("PERSON_EXPORTED" in one for one in told)
        exported = export_person(operator, current_names(), f"+{PHONE}")
    assert any("PERSON_EXPORTED" in one for one in told)
    assert counted == sum(len(rows) for rows in exported.values() if isinstance(rows, list))


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


@pytest.mark.any_server
def test_who_asks_to_be_let_alone_is_not_written_to_even_after_erasing(
    life: Life, database: Database
) -> None:
    refused = "not sent: the user has opted out"

    def write_to(*names: str) -> list[str | None]:
        for name in names:
            life.operator.execute("select public.wa_notify(%s, %s)", (name, Jsonb(text("news"))))
        life.queue.claim()
        return values(
            life.owner,
            "select error_message from public.notifications"
            " where payload #>> '{text,body}' = 'news' order by id desc limit %s",
            len(names),
        )

    def do(*arguments: str) -> None:
        assert run("person", *arguments, database=database).exit_code == 0

    do("opt-out", "+34 655 000 111")
    assert write_to("+34655000111") == [refused]
    do("opt-in", "+34 655 000 111")
    assert write_to("+34655000111") != [refused]

    do("erase", f"+{PHONE}", "--and-opt-out", "--yes")
    assert [one.rpartition(".")[2] for one in find_marks(life.owner, MARKS)] == ["profiles"]
    assert names_of_opted_out(life) == {(f"+{PHONE}", None), (None, BSUID)}
    assert write_to(f"+{PHONE}", BSUID) == [refused, refused]
    queued = value(life.owner, "select count(*) from public.notifications")
    life.writes(life.text("menu"))
    assert value(life.owner, "select count(*) from public.notifications") == queued
    assert names_of_opted_out(life) == {(f"+{PHONE}", BSUID)}


def names_of_opted_out(life: Life) -> set[tuple[str | None, str | None]]:
    found = life.owner.execute(
        "select whatsapp_e164, wa_user_id from public.profiles"
        " where opted_out_at is not null and merged_into is null"
    )
    return {(one["whatsapp_e164"], one["wa_user_id"]) for one in found}
