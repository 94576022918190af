"""When nobody can say at once whether Meta took the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.notifier.conftest import ANA, until
from wa_webhook.meta_stand_in import Behaviour

if TYPE_CHECKING:
    from tests.notifier.conftest import Outbox


@pytest.mark.parametrize("answer", ["accept_then_reset", "accept_then_html"])
async def test_a_status_settles_a_message_whose_answer_was_lost(
    outbox: Outbox, answer: str
) -> None:
    outbox.graph.behave(Behaviour.model_validate({"answer": answer}))
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier():
        await until(lambda: outbox.status(notification) == "delivered")
    (accepted,) = outbox.graph.record.accepted
    assert outbox.row(notification)["wa_message_id"] == accepted.wa_message_id


async def test_a_status_settles_a_message_that_was_answered_too_late(outbox: Outbox) -> None:
    outbox.graph.behave(Behaviour(delay=2))
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier(wa_notify_timeout_seconds=0.3):
        await until(lambda: outbox.status(notification) == "delivered")
    assert len(outbox.graph.record.accepted) == 1


async def test_statuses_may_come_before_the_answer(outbox: Outbox) -> None:
    outbox.graph.behave(Behaviour(statuses="before_response"))
    first, second = outbox.queue(outbox.add_user(ANA), "1"), outbox.queue(ANA, "2")
    async with outbox.run_notifier():
        await until(lambda: outbox.status(first) == outbox.status(second) == "delivered")
    assert outbox.sent_texts(ANA) == ["1", "2"]


@pytest.mark.parametrize("statuses", ["duplicate", "reversed"])
async def test_statuses_move_a_row_forwards_only(outbox: Outbox, statuses: str) -> None:
    outbox.graph.behave(Behaviour.model_validate({"statuses": statuses}))
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier():
        await until(lambda: outbox.status(notification) == "delivered")
        await outbox.graph.statuses.wait_until_all_are_posted()
    assert outbox.status(notification) == "delivered"


async def test_a_failed_status_fails_the_row_with_its_error(outbox: Outbox) -> None:
    outbox.graph.behave(Behaviour(statuses="failed", code=131026))
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier():
        await until(lambda: outbox.status(notification) == "failed")
    assert outbox.row(notification)["error_code"] == 131026


async def test_a_message_in_doubt_is_sent_again_when_no_status_comes(outbox: Outbox) -> None:
    outbox.set("in_doubt_seconds", 0)
    outbox.graph.behave(Behaviour(answer="refuse"))
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier():
        await until(lambda: outbox.status(notification) == "delivered")
    assert outbox.sent_texts(ANA) == ["hello"]


async def test_the_next_message_waits_while_the_one_before_is_in_doubt(outbox: Outbox) -> None:
    outbox.graph.behave(Behaviour(answer="refuse"))
    first = outbox.queue(outbox.add_user(ANA), "1")
    second = outbox.queue(ANA, "2")
    async with outbox.run_notifier():
        await until(lambda: outbox.row(first)["in_doubt_since"] is not None)
    assert outbox.status(second) == "queued"
    assert outbox.graph.record.accepted == []
