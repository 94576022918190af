"""Signed payloads that could not be processed as they came are kept byte for byte."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import counts, dispatch, row, value

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.payloads import Json

BYTES = b'\xff\x00 not "json"'


def kept(body: bytes = BYTES, reason: str = "not_json", error: str | None = "22P02: no") -> Json:
    return {"body": base64.b64encode(body).decode(), "reason": reason, "error": error}


def test_bytes_are_kept_with_their_reason_and_counted_when_they_come_again(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    assert dispatch(edge, None, {"keep": [kept()]})["kept"] == 1
    dispatch(edge, None, {"keep": [kept()]})
    assert row(connection, "select reason, error, body, seen_count from wa.kept_payloads") == {
        "reason": "not_json",
        "error": "22P02: no",
        "body": BYTES,
        "seen_count": 2,
    }


def test_the_same_bytes_twice_in_one_call_are_kept_once_and_counted(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    answer = dispatch(edge, None, {"keep": [kept(), kept(), kept(b"other")]})
    assert answer["kept"] == 3
    counted = connection.execute("select seen_count from wa.kept_payloads order by 1").fetchall()
    assert [one["seen_count"] for one in counted] == [1, 2]


def test_payloads_are_kept_beside_those_that_are_processed(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    body = payloads.envelope([payloads.text_message()])
    answer = dispatch(edge, body, {"keep": [kept(reason="text_replaced", error=None)]})
    assert (counts(answer), answer["kept"]) == ({"processed": 1}, 1)
    assert value(connection, "select reason from wa.kept_payloads") == "text_replaced"


@pytest.mark.parametrize(
    "reasons", [["text_replaced", "dispatch_error"], ["dispatch_error", "text_replaced"]]
)
def test_bytes_that_failed_wait_for_a_person_whatever_else_was_said_of_them(
    edge: Connection[DictRow], connection: Connection[DictRow], reasons: list[str]
) -> None:
    for reason in reasons:
        dispatch(edge, None, {"keep": [kept(reason=reason, error=reason)]})
    dispatch(edge, None, {"keep": [kept(b"x", reason, reason) for reason in reasons]})
    found = connection.execute("select reason, error from wa.kept_payloads").fetchall()
    assert found == [{"reason": "dispatch_error", "error": "dispatch_error"}] * 2


def test_bytes_that_fail_again_after_a_replay_wait_again(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    dispatch(edge, None, {"keep": [kept()]})
    connection.execute("update wa.kept_payloads set replayed_at = now()")
    dispatch(edge, None, {"keep": [kept()]})
    assert value(connection, "select replayed_at from wa.kept_payloads") is None


@pytest.mark.parametrize("text", [rb"\u0000", rb"\ud83d", rb"\udc00\ud800"])
def test_text_that_postgres_cannot_store_never_gets_past_the_parser(
    edge: Connection[DictRow], connection: Connection[DictRow], text: bytes
) -> None:
    body = payloads.text_body("PLACE").replace(b"PLACE", text)
    with pytest.raises(psycopg.DataError) as caught:
        edge.execute("select public.wa_dispatch(%s::jsonb)", (body.decode(),))
    assert caught.value.sqlstate in {"22P05", "22P02"}
    assert value(connection, "select count(*) from public.wa_events") == 0
