"""A message whose sender cannot be told is kept whole, and counts once it can be told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests import payloads
from tests.dispatching import counts, dispatch, row, send, value, values
from tests.operations.command import run

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

CONTACTS = [payloads.contact("34600000001"), payloads.contact("34600000002")]
REPLAY = "select public.wa_replay_payload(id) from wa.kept_payloads"


def test_it_is_kept_whole_and_its_neighbours_count(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    lost = payloads.text_message("secret", sender=None)
    found = payloads.text_message(sender="34600000001")
    status = payloads.status_update()
    body = payloads.envelope([lost, found], [status], CONTACTS)
    assert counts(dispatch(edge, body)) == {"processed": 1, "invalid_sender": 1, "statuses": 1}
    kept = row(connection, "select reason, error, body from wa.kept_payloads")
    assert (kept["reason"], kept["error"]) == ("unknown_sender", None)
    assert json.loads(kept["body"]) == payloads.envelope([lost], contacts=CONTACTS)


def test_its_id_is_not_spent(edge: Connection[DictRow], connection: Connection[DictRow]) -> None:
    lost = payloads.text_message(sender=None)
    assert send(edge, lost, contacts=CONTACTS) == {"invalid_sender": 1}
    assert send(edge, lost, contacts=CONTACTS) == {"invalid_sender": 1}
    assert value(connection, "select seen_count from wa.kept_payloads") == 2
    assert send(edge, lost, contacts=CONTACTS[:1]) == {"processed": 1}
    assert send(edge, lost, contacts=CONTACTS[:1]) == {"duplicate": 1}


def test_it_is_told_to_a_person(
    edge: Connection[DictRow], connection: Connection[DictRow], database: Database
) -> None:
    send(edge, payloads.text_message(sender=None), contacts=[])
    alerts = "select kind || ' ' || group_key from wa.alert_occurrences where kind like 'payload%%'"
    assert value(connection, alerts) == "payload_kept unknown_sender"
    assert "1 payloads are kept as unknown_sender" in run("status", database=database).stdout


def test_a_replay_counts_once_the_sender_can_be_told(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    send(edge, payloads.text_message(sender=None, user_id="A BSUID OF TOMORROW"), contacts=[])
    assert counts(value(operator, REPLAY)) == {"invalid_sender": 1}
    assert waiting(connection) == 1
    mend(connection)
    assert counts(value(operator, REPLAY)) == {"processed": 1}
    assert waiting(connection) == 0
    assert values(connection, "select status from public.wa_events") == ["processed"]


def test_the_command_says_that_the_sender_still_cannot_be_told(
    edge: Connection[DictRow], database: Database
) -> None:
    send(edge, payloads.text_message(sender=None), contacts=[])
    assert "1 invalid sender" in run("replay", "--payloads", database=database).stdout


def waiting(connection: Connection[DictRow]) -> Any:
    return value(connection, "select count(*) from wa.kept_payloads where replayed_at is null")


def mend(connection: Connection[DictRow]) -> None:
    """Let BSUIDs of tomorrow be understood."""
    connection.execute(
        """
        create or replace function wa.normalize_bsuid(p_value text) returns text
        language sql immutable set search_path = pg_catalog, pg_temp
        as $$ select case when p_value <> '' then 'ES.1' end $$
        """
    )
