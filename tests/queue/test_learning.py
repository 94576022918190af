"""What Meta answers to an accepted message says under which names it knows the recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.queue.conftest import ANA, BRUNO

if TYPE_CHECKING:
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


@pytest.mark.parametrize(
    "answer",
    [
        {"wa_id": BRUNO.lstrip("+"), "user_id": ANA_BSUID},
        {"wa_id": "5215512345678"},
        {"wa_id": None, "user_id": ANA_BSUID},
        {"wa_id": "nonsense", "user_id": "nonsense"},
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
