"""Payloads that were kept whole are dispatched again once what broke them is mended."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import counts, value

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

REPLAY = "select public.wa_replay_payload(%s)"


def keep(edge: Connection[DictRow], body: bytes, reason: str = "dispatch_error") -> None:
    kept = {"body": b64encode(body).decode(), "reason": reason, "error": "XX000: broken"}
    edge.execute("select public.wa_dispatch(null, %s::jsonb)", (json.dumps({"keep": [kept]}),))


def test_a_kept_payload_has_its_effect_when_it_is_replayed(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    keep(edge, payloads.body(payloads.envelope(messages=[payloads.text_message()])))
    assert counts(value(operator, REPLAY, 1)) == {"processed": 1}
    assert value(connection, "select replayed_at is not null from wa.kept_payloads") is True


def test_a_second_replay_counts_duplicates(
    edge: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    keep(edge, payloads.body(payloads.envelope(messages=[payloads.text_message()])))
    value(operator, REPLAY, 1)
    assert counts(value(operator, REPLAY, 1)) == {"duplicate": 1}


def test_a_payload_that_is_still_unreadable_stays_as_it_is(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    keep(edge, b"{not json", "not_json")
    with pytest.raises(psycopg.Error) as caught:
        value(operator, REPLAY, 1)
    assert caught.value.sqlstate == "22P02"
    assert value(connection, "select replayed_at is null from wa.kept_payloads") is True


@pytest.mark.parametrize("payload_id", [7, None])
def test_replaying_what_is_not_kept_is_an_error_with_a_hint(
    payload_id: int | None, operator: Connection[DictRow]
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        operator.execute(REPLAY, (payload_id,))
    assert caught.value.sqlstate == "WA008"
    assert caught.value.diag.message_hint
