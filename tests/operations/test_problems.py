"""What counts as out of order in a status, to the second, and what comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

_SOUND_ROLE = {
    "role": "wa_edge_role",
    "exists": True,
    "has_power": False,
    "can_login": True,
    "is_process": True,
    "member_of": [],
}
_ALERT = {"kind": "test", "group_key": "", "is_stuck": True, "is_posted": True}


def role(**fields: Any) -> dict[str, Any]:
    return {"roles": [_SOUND_ROLE | fields]}


def problems(connection: Connection[DictRow], **changed: Any) -> list[dict[str, Any]]:
    """Return the problems of a status in which all is well but for what is changed."""
    status = {
        "health": {"problems": [], "warnings": []},
        "queue": {"held_numbers": [], "oldest_due_seconds": 0},
        "failed_events": {"errors": []},
        "kept_payloads": [],
        "send_failures": [],
        "alerts": [],
        "retention": {"is_behind": False, "snapshots_in_last_hour": 0},
        "roles": [_SOUND_ROLE],
        "rights": {"differences": 0, "first": []},
        "clock": {"behind_seconds": 0},
        "tables_that_keep_people": [],
    }
    query = "select wa.list_problems(%s) as found"
    row = connection.execute(query, (Jsonb(status | changed),)).fetchone()
    assert row is not None
    found: list[dict[str, Any]] = row["found"]
    return found


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"queue": {"held_numbers": [], "oldest_due_seconds": 300}},
        {"clock": {"behind_seconds": 60}},
        role(can_login=False, is_process=False, member_of=["pg_monitor"]),
        {"alerts": [_ALERT | {"is_stuck": False}]},
    ],
    ids=["nothing", "a message due for 300 s", "a clock 60 s behind", "a group", "a fresh alert"],
)
def test_what_is_within_bounds_is_no_problem(
    connection: Connection[DictRow], changed: dict[str, Any]
) -> None:
    assert problems(connection, **changed) == []


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        ({"queue": {"held_numbers": [], "oldest_due_seconds": 301}}, "queue_stalled", "301 s"),
        ({"clock": {"behind_seconds": 60.1}}, "clock_set_back", "60.1 seconds behind"),
        (role(exists=False, has_power=None, can_login=None), "role_is_wrong", "is missing"),
        (role(has_power=True), "role_is_wrong", "is a superuser"),
        (role(is_process=False), "role_is_wrong", "can log in"),
        (role(member_of=["postgres"]), "role_is_wrong", "is a member of other roles"),
        ({"alerts": [_ALERT]}, "alerts_held", "the alert test"),
        ({"alerts": [_ALERT | {"is_posted": False}]}, "alerts_not_posted", "1 alerts"),
        ({"rights": {"differences": 1, "first": ["table x"]}}, "rights_differ", "table x"),
        ({"tables_that_keep_people": ["public.notes"]}, "people_not_erasable", "public.notes"),
    ],
)
def test_what_is_beyond_is_named(
    connection: Connection[DictRow], changed: dict[str, Any], code: str, message: str
) -> None:
    (found,) = problems(connection, **changed)
    assert found["code"] == code
    assert message in found["message"]


def test_a_stalled_queue_names_the_number_that_meta_asked_to_wait(
    connection: Connection[DictRow],
) -> None:
    held = {"phone_number_id": "1065", "held_until": "2026-11-24T01:38:39+00:00"}
    found = problems(connection, queue={"held_numbers": [held], "oldest_due_seconds": 301})
    (stalled,) = (one for one in found if one["code"] == "queue_stalled")
    assert "number 1065 until 2026-11-24T01:38:39+00:00" in stalled["next"]


def test_a_paused_queue_is_not_called_stalled_as_well(connection: Connection[DictRow]) -> None:
    paused = {"oldest_due_seconds": 301, "paused_until": "infinity", "held_numbers": []}
    (found,) = problems(connection, queue=paused)
    assert found["code"] == "queue_paused"
    assert "wa_queue_resume();" in found["next"]


def test_a_pause_after_a_restore_names_what_is_in_doubt(connection: Connection[DictRow]) -> None:
    paused = {"paused_until": "infinity", "held_numbers": [], "queued_since": 4}
    (found,) = problems(connection, queue=paused | {"doubtful": 3})
    assert found["next"].startswith("3 messages were in it and may have been sent before")
    assert "wa_queue_resume('cancel'); drops them" in found["next"]
    assert "wa_queue_resume('send'); sends them; 4 queued since go out" in found["next"]
    (found,) = problems(connection, queue=paused | {"doubtful": 0})
    assert found["next"].endswith("select public.wa_queue_resume();")


@pytest.mark.parametrize(
    ("needs_person", "code", "message", "what"),
    [(True, 131000, "code 131000", "mend"), (False, None, "no code", "nothing")],
)
def test_a_failed_send_says_whom_it_lies_with(
    connection: Connection[DictRow], needs_person: bool, code: int | None, message: str, what: str
) -> None:
    failure = {"needs_person": needs_person, "messages": 2, "error_code": code, "description": "x"}
    (found,) = problems(connection, send_failures=[failure])
    assert (found["needs_person"], found["next"].partition(" ")[0].rstrip(":")) == (
        needs_person,
        what,
    )
    assert message in found["message"]


def test_what_needs_a_person_comes_first_and_then_what_is_worse(
    connection: Connection[DictRow],
) -> None:
    found = problems(
        connection,
        retention={"is_behind": True, "snapshots_in_last_hour": 1, "oldest_event_at": "2026-01-01"},
        clock={"behind_seconds": 61},
        health={"problems": ["b", "a"], "warnings": []},
    )
    assert [(one["code"], one["message"][:1]) for one in found] == [
        ("unhealthy", "a"),
        ("unhealthy", "b"),
        ("retention_behind", "e"),
        ("clock_set_back", "t"),
        ("snapshots_on", "1"),
    ]
