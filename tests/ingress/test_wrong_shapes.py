"""Payloads that no documentation describes: nothing raises, and nothing is lost without a trace."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests import payloads
from tests.dispatching import counts, dispatch, row, send, value

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

NO_ENVELOPES: list[Any] = [
    {},
    [],
    5,
    "text",
    {"object": "page", "entry": []},
    {"object": "whatsapp_business_account"},
    {"object": "whatsapp_business_account", "entry": {}},
    [payloads.envelope([payloads.text_message()]), {"object": "page", "entry": []}],
    [[payloads.envelope([payloads.text_message()])]],
]
WRONG_VALUES: list[Any] = [None, "", 5, True, "x", [], {}, ["x"], {"x": 1}, [[]]]


def test_what_is_no_envelope_raises_wa001_and_stores_nothing(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    for payload in NO_ENVELOPES:
        with pytest.raises(psycopg.Error) as caught:
            dispatch(edge, payload)
        assert caught.value.sqlstate == "WA001"
    assert value(connection, "select count(*) from public.wa_events") == 0
    assert value(connection, "select count(*) from public.webhook_logs") == 0


def test_json_null_is_no_envelope(edge: Connection[DictRow]) -> None:
    with pytest.raises(psycopg.Error) as caught:
        edge.execute("select public.wa_dispatch('null')")
    assert caught.value.sqlstate == "WA001"


def test_an_envelope_without_entries_is_nothing(edge: Connection[DictRow]) -> None:
    answer = dispatch(edge, {"object": "whatsapp_business_account", "entry": []})
    assert counts(answer) == {}


def test_a_message_without_id_or_type_is_logged_and_its_neighbours_count(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    unusable: list[Any] = [None, 5, "text", {}, {"id": ""}, {"id": "wamid.1"}, {"type": "text"}]
    messages = [*unusable, payloads.text_message()]
    body = payloads.envelope(messages, contacts=[payloads.contact()])
    assert counts(dispatch(edge, body)) == {"processed": 1}
    assert count_logged(connection) == {"unknown": len(unusable)}


def test_contacts_may_be_absent_or_lean(edge: Connection[DictRow]) -> None:
    lean: list[Any] = [[], [{}], [None], ["x"], [{"profile": None}], [{"wa_id": 5}]]
    for contacts in lean:
        assert send(edge, payloads.text_message(), contacts=contacts) == {"processed": 1}


def test_a_name_of_any_shape_is_taken_or_left(edge: Connection[DictRow]) -> None:
    for name in (None, "", "  ", 5, {"a": 1}, "x" * 1000):
        contact = payloads.contact() | {"profile": {"name": name}}
        assert send(edge, payloads.text_message(), contacts=[contact]) == {"processed": 1}


def test_a_timestamp_that_is_none_counts_as_now(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    wrong: list[Any] = ["", "soon", None, -1, 1.5, "17900000000000", {}, []]
    for timestamp in wrong:
        message = payloads.text_message() | {"timestamp": timestamp}
        assert send(edge, message) == {"processed": 1}
    assert value(connection, "select bool_and(sent_at = received_at) from public.wa_events") is True


def test_any_field_of_any_message_may_have_a_wrong_type(edge: Connection[DictRow]) -> None:
    # One payload that holds each builder's message with each of its fields replaced by each value.
    originals = [
        payloads.text_message(referral={"source_id": "1"}, context={"id": "wamid.1"}),
        payloads.image_message("caption"),
        payloads.location_message(),
        payloads.contacts_message(),
        payloads.list_reply("r1"),
        payloads.flow_reply(),
        payloads.template_button(),
        payloads.order_message(),
        payloads.reaction_message(),
        payloads.number_changed(previous_user_id="ES.1", new_user_id="ES.2"),
        payloads.user_id_changed(),
        payloads.unsupported_message(),
        payloads.edit_message(),
        payloads.group_message(),
    ]
    mutated = [
        mutant | {"id": payloads.unique_message_id()}
        for original in originals
        for path in paths(original)
        if path != ("id",)
        for wrong in WRONG_VALUES
        for mutant in [replaced(original, path, wrong)]
    ]
    random.Random(1).shuffle(mutated)
    chosen = mutated[:300]
    answer = dispatch(edge, payloads.envelope(chosen, contacts=[payloads.contact()]))
    assert answer["failed"] == 0
    known = sum(1 for one in chosen if one["type"] not in (None, ""))
    assert sum(counts(answer).values()) == known


def test_any_part_of_the_envelope_may_have_a_wrong_type_beside_a_good_body(
    edge: Connection[DictRow],
) -> None:
    for part in ("entry", "changes", "value", "metadata", "messages", "statuses"):
        for wrong in WRONG_VALUES:
            body = payloads.envelope([payloads.text_message()])
            good = payloads.envelope([payloads.text_message()])
            (entry,) = body["entry"]
            (change,) = entry["changes"]
            if part == "entry":
                body["entry"] = [wrong]
            elif part == "changes":
                entry["changes"] = wrong
            elif part == "value":
                change["value"] = wrong
            else:
                change["value"][part] = wrong
            assert dispatch(edge, [body, good])["processed"] >= 1, (part, wrong)


def test_a_change_without_a_known_field_is_logged(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    changes = [5, "x", {}, {"value": {"a": 1}}, {"field": None}, {"field": 7, "value": 1}]
    dispatch(edge, envelope_of({"id": "1", "changes": changes}))
    assert count_logged(connection) == {"unknown": len(changes)}


def test_an_entry_without_changes_is_logged(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    dispatch(edge, envelope_of(5, "x", {}, {"id": "1"}, {"id": "1", "changes": []}))
    assert count_logged(connection) == {"unknown": 5}


def test_an_unknown_object_beside_the_messages_is_logged_without_them(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    send(edge, payloads.text_message(), novelty={"id": "7"})
    logged = row(connection, "select kind, detail from public.webhook_logs")
    assert logged == {"kind": "unknown", "detail": {"novelty": {"id": "***"}}}


def test_nesting_deeper_than_any_webhook_costs_the_messages_nothing(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    deep: Any = "bottom"
    for _ in range(300):
        deep = [{"deeper": deep}]
    good = payloads.envelope([payloads.text_message()])
    assert dispatch(edge, [payloads.field_envelope("novelty", {"a": deep}), good])["processed"] == 1
    assert "bottom" not in str(value(connection, "select detail from public.webhook_logs"))


def count_logged(connection: Connection[DictRow]) -> dict[str, int]:
    """Return by kind how much was logged; what looks the same is one row with a count."""
    return {
        row["kind"]: row["logged"]
        for row in connection.execute(
            "select kind, sum(coalesce((detail ->> 'count')::integer, 1))::integer as logged"
            " from public.webhook_logs group by kind"
        )
    }


def envelope_of(*entries: Any) -> payloads.Json:
    return {"object": "whatsapp_business_account", "entry": list(entries)}


def paths(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    below = [deeper for key, child in children for deeper in paths(child, (*path, key))]
    return ([path] if path else []) + below


def replaced(original: payloads.Json, path: tuple[str | int, ...], wrong: Any) -> payloads.Json:
    mutant = copy.deepcopy(original)
    holder: Any = mutant
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = wrong
    return mutant
