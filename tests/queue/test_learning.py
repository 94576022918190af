"""What Meta answers to an accepted message says under which names it knows the recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests import payloads
from tests.dispatching import say, send
from tests.queue.conftest import ANA, BRUNO

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue

ANA_WA_ID = ANA.lstrip("+")
ANA_BSUID = "ES.99887766"


def send_and_learn(queue: Queue, recipient: str, **answer: Any) -> None:
    """Send a message and settle it with the names that Meta answered."""
    queue.queue(recipient)
    (claimed,) = queue.claim()
    queue.settle(claimed, "accepted", wa_message_id=f"wamid.{claimed['id']}", **answer)


def names(queue: Queue, user: Any) -> tuple[str | None, str | None]:
    """Return number and BSUID of a profile."""
    row = queue.owner.execute(
        "select whatsapp_e164, wa_user_id from public.profiles where user_id = %s", (user,)
    ).fetchone()
    assert row is not None
    return row["whatsapp_e164"], row["wa_user_id"]


@pytest.mark.parametrize(
    ("dialled", "wa_id"),
    [
        ("+5215512345678", "525512345678"),
        ("+541123456789", "5491123456789"),
        ("+5511987654321", "551187654321"),
    ],
)
def test_the_form_in_which_meta_knows_a_number_is_learnt(
    queue: Queue, dialled: str, wa_id: str
) -> None:
    user = queue.add_user(dialled)
    send_and_learn(queue, dialled, wa_id=wa_id)
    assert names(queue, user) == (f"+{wa_id}", None)
    queue.queue(dialled)
    assert [row["request"]["to"] for row in queue.claim()] == [f"+{wa_id}"]


def test_an_answer_that_names_number_and_bsuid_completes_the_profile(queue: Queue) -> None:
    user = queue.add_user(ANA)
    send_and_learn(queue, ANA, wa_id=ANA_WA_ID, user_id=ANA_BSUID)
    assert names(queue, user) == (ANA, ANA_BSUID)


def test_an_answer_that_names_number_and_bsuid_joins_two_profiles(queue: Queue) -> None:
    user, nameless = queue.add_user(ANA), queue.add_user(None, ANA_BSUID)
    waiting = queue.queue(ANA_BSUID)
    queue.execute("update public.notifications set next_attempt_at = now() + interval '1 day'")
    send_and_learn(queue, ANA, wa_id=ANA_WA_ID, user_id=ANA_BSUID)
    assert names(queue, user) == (ANA, ANA_BSUID)
    assert names(queue, nameless) == (None, None)
    assert queue.row(waiting)["user_id"] == user


IVORIAN, IVORIAN_WA_ID = "+2250700111222", "22500111222"


@pytest.mark.parametrize("echo", [{}, {"input": IVORIAN}])
def test_what_meta_answers_links_it_to_the_number_addressed_in_any_country(
    queue: Queue, edge: Connection[DictRow], echo: dict[str, str]
) -> None:
    user = queue.add_user(IVORIAN)
    send_and_learn(queue, IVORIAN, wa_id=IVORIAN_WA_ID, **echo)
    say(edge, "stop", sender=IVORIAN_WA_ID)
    queue.execute("update public.notifications set next_attempt_at = now() + interval '1 day'")
    waiting = queue.queue(IVORIAN)
    assert queue.row(waiting)["user_id"] == user
    assert queue.claimed_ids() == []
    assert queue.row(waiting)["error_message"] == "not sent: the user has opted out"
    assert queue.value("select count(*) from public.profiles") == 1


def test_a_user_who_wrote_under_the_answered_number_before_is_one_with_the_one_addressed(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    addressed = queue.add_user(IVORIAN)
    notification = queue.queue(IVORIAN)
    (claimed,) = queue.claim()
    say(edge, "stop", sender=IVORIAN_WA_ID, user_id="CI.1")
    queue.settle(claimed, "accepted", wa_id=IVORIAN_WA_ID, input=IVORIAN)
    assert queue.status(notification) == "sent"
    assert names(queue, addressed) == (f"+{IVORIAN_WA_ID}", "CI.1")
    opted_out = "select opted_out_at is not null from public.profiles where user_id = %s"
    assert queue.value(opted_out, addressed) is True


def test_a_number_that_leads_to_somebody_else_by_now_leaves_its_former_owner(queue: Queue) -> None:
    former, present = queue.add_user(ANA, ANA_BSUID), queue.add_user(BRUNO, "ES.2")
    send_and_learn(queue, ANA, wa_id=BRUNO.lstrip("+"))
    assert names(queue, former) == (None, ANA_BSUID)
    assert names(queue, present) == (BRUNO, "ES.2")
    assert queue.row(queue.queue(ANA))["user_id"] == present


def test_a_number_that_changed_while_the_message_was_under_way_stays_changed(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    user = queue.add_user(ANA)
    queue.queue(ANA)
    (claimed,) = queue.claim()
    send(edge, payloads.number_changed(BRUNO.lstrip("+"), sender=ANA_WA_ID))
    queue.settle(claimed, "accepted", wa_id="34600999999", input=ANA)
    assert names(queue, user) == (BRUNO, None)


@pytest.mark.parametrize(
    "answer",
    [
        {"wa_id": None, "user_id": ANA_BSUID},
        {"wa_id": "nonsense", "user_id": "nonsense"},
        {"wa_id": BRUNO.lstrip("+"), "input": BRUNO},
        {"wa_id": ANA_WA_ID, "user_id": "nonsense"},
        {"wa_id": ANA_WA_ID, "user_id": ANA_BSUID, "lock_token": str(uuid4())},
    ],
)
def test_an_answer_that_does_not_pair_the_number_it_was_sent_to_teaches_nothing(
    queue: Queue, answer: dict[str, Any]
) -> None:
    user = queue.add_user(ANA)
    send_and_learn(queue, ANA, **answer)
    assert names(queue, user) == (ANA, None)
    assert queue.value("select count(*) from public.profiles") == 1
