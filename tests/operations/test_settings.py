"""Every setting says what it takes, and refuses everything else with a word on what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.dispatching import say, value, values

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

STOPS_EVERYTHING: list[tuple[str, Any]] = [
    ("default_locale", "zz"),
    ("default_locale", 1),
    ("default_time_zone", "Europe/Nowhere"),
    ("retention_interval_seconds", 1e300),
    ("retention_interval_seconds", "soon"),
    ("pair_interval_seconds", 1e18),
    ("pair_interval_seconds", -1),
    ("pair_burst", 0),
    ("pair_burst", 1.5),
    ("in_doubt_seconds", 1e9),
    ("service_window_margin_seconds", 86400),
    ("number_rate_per_second", -1),
    ("number_burst_seconds", 0),
    ("alert_max_attempts", 1.5),
    ("invalid_sender_spike_count", 1e10),
    ("events_ttl_days", 7),
    ("media_ttl_days", 31),
    ("read_receipts", "always"),
    ("default_currency", "usd"),
    ("allowed_phone_prefixes", ["+250", "abc"]),
    ("allowed_phone_prefixes", {"250": True}),
    ("bot_number_e164", "0780 000 000"),
]


def change(connection: Connection[DictRow], key: str, to: object) -> None:
    connection.execute("update wa.settings set value = %s where key = %s", (json.dumps(to), key))


@pytest.mark.parametrize(("key", "to"), STOPS_EVERYTHING)
def test_a_value_that_would_stop_something_is_refused_by_key_and_bound(
    operator: Connection[DictRow], key: str, to: object
) -> None:
    with pytest.raises(psycopg.Error) as refusal:
        change(operator, key, to)
    assert refusal.value.sqlstate == "WA041"
    diagnosis = refusal.value.diag
    assert key in (diagnosis.message_primary or "")
    assert diagnosis.message_detail
    assert key in (diagnosis.message_hint or "")


def test_every_setting_says_its_type_and_every_number_its_bounds(
    connection: Connection[DictRow],
) -> None:
    silent = values(
        connection,
        "select key from wa.settings where value_type is null"
        " or (value_type in ('number', 'integer') and (minimum is null or maximum is null))",
    )
    assert silent == []


def test_every_number_takes_its_bounds_and_nothing_beyond(
    connection: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    for row in connection.execute("select * from wa.settings where minimum is not null").fetchall():
        for bound in (row["minimum"], row["maximum"]):
            change(operator, row["key"], float(bound))
        for beyond in (row["minimum"] - 1, row["maximum"] + 1):
            with pytest.raises(psycopg.Error):
                change(operator, row["key"], float(beyond))


def test_the_hint_is_a_statement_that_the_operator_can_run(operator: Connection[DictRow]) -> None:
    with pytest.raises(psycopg.Error) as refusal:
        change(operator, "pair_burst", 0)
    statement = (refusal.value.diag.message_hint or "").partition(": ")[2]
    assert operator.execute(statement.encode()).rowcount == 1


def test_the_operator_cannot_change_what_a_setting_takes(operator: Connection[DictRow]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        operator.execute("update wa.settings set maximum = null where key = 'pair_burst'")


def test_a_language_that_new_profiles_get_cannot_be_removed(
    connection: Connection[DictRow],
) -> None:
    connection.execute("insert into wa.locales (locale, name) values ('sw', 'Kiswahili')")
    change(connection, "default_locale", "sw")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute("delete from wa.locales where locale = 'sw'")


def test_a_setting_of_a_team_keeps_the_type_of_its_first_value(
    connection: Connection[DictRow],
) -> None:
    connection.execute(
        "insert into wa.settings (key, value, description) values ('shop_name', '\"Ana\"', 'x')"
    )
    change(connection, "shop_name", "Bruno")
    with pytest.raises(psycopg.Error) as refusal:
        change(connection, "shop_name", 5)
    assert refusal.value.sqlstate == "WA041"


def test_a_change_notes_when_it_was_made(
    connection: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    connection.execute("alter table wa.settings disable trigger settings_check")
    connection.execute("update wa.settings set updated_at = '2020-01-01'")
    connection.execute("alter table wa.settings enable trigger settings_check")
    change(operator, "pair_burst", 10)
    changed = "select updated_at > '2021-01-01' from wa.settings where key = 'pair_burst'"
    assert value(connection, changed) is True


def test_the_slowest_rate_still_sends_one_message_at_a_time(
    edge: Connection[DictRow],
    operator: Connection[DictRow],
    notifier_connection: Connection[DictRow],
) -> None:
    say(edge, "hello")
    change(operator, "number_rate_per_second", 0.1)
    claimed = notifier_connection.execute("select * from public.wa_notifications_claim('worker-1')")
    assert claimed.rowcount == 1


def test_the_operator_changes_what_the_bot_says(
    operator: Connection[DictRow], edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    operator.execute("update wa.texts set body = 'At your service.' where key = 'help.body'")
    say(edge, "hello", "help")
    said = "select payload::text like '%%At your service.%%' from public.notifications"
    assert True in values(connection, said)


def test_the_operator_adds_and_removes_no_text(operator: Connection[DictRow]) -> None:
    for statement in (
        "insert into wa.texts (key, locale, body) values ('a.b', 'en', 'x')",
        "update wa.texts set key = 'a.b'",
        "delete from wa.texts",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            operator.execute(statement.encode())
