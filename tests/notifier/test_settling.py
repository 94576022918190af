"""What Meta has accepted is not sent again because the database cannot take the result."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from psycopg import sql
from structlog.testing import capture_logs

from tests.fixtures.names import current_role
from tests.notifier.conftest import ANA, BRUNO, until
from wa_webhook.claiming import settler
from wa_webhook.meta_stand_in import Behaviour
from wa_webhook.notifier import NotificationQueue
from wa_webhook.notifier.notification import Notification, SendResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.notifier.conftest import Outbox

BRAZILIAN = "+5511987654321"
NOTIFIER_ROLE = "wa_notifier_role"
TROUBLE = ("25006", "25P04", "53100", "54000", "AB123", "XX000")


async def test_a_result_is_kept_while_the_server_is_in_trouble(outbox: Outbox) -> None:
    outbox.graph.behave(Behaviour(statuses="none", times=None))

    async def send_in(sqlstate: str, address: str) -> None:
        with refusing_to_settle(outbox, sqlstate):
            notification = outbox.queue(outbox.add_user(address))
            await until(lambda: attempts(outbox) >= 2)
        await until(lambda: outbox.status(notification) == "sent", seconds=20)

    async with outbox.run_notifier():
        for number, sqlstate in enumerate(TROUBLE):
            await send_in(sqlstate, f"+3460011122{number}")
    assert len(outbox.graph.record.accepted) == len(TROUBLE)


def test_what_is_claimed_again_is_taken_back_only_if_it_was_accepted_itself() -> None:
    def claimed(notification_id: int) -> Notification:
        return Notification(notification_id, uuid4(), None, "{}", None, 0)

    kept = settler.Settler(Mock(), Mock(), Mock(), does="NOTIFY")
    kept.add(claimed(1), SendResult("accepted"))
    kept.add(claimed(2), SendResult("rejected"))
    assert [kept.takes_back(claimed(number)) for number in (1, 2, 3)] == [True, False, False]


async def test_nothing_more_is_sent_while_results_cannot_be_settled(outbox: Outbox) -> None:
    async with outbox.run_notifier():
        with refusing_to_settle(outbox, "XX000"):
            outbox.queue(outbox.add_user(ANA))
            # While the first is under way nobody knows yet that it is refused.
            await until(lambda: attempts(outbox) >= 2)
            later = outbox.queue(outbox.add_user(BRUNO))
            await until(lambda: attempts(outbox) >= 4)
            assert outbox.status(later) == "queued"
        await until(lambda: outbox.status(later) == "delivered", seconds=20)


async def test_an_answer_that_cannot_be_learnt_from_still_settles_its_message(
    outbox: Outbox,
) -> None:
    outbox.execute(
        "create or replace function wa.learn_addresses(p_results jsonb) returns void"
        " language plpgsql as $$ begin raise exception 'no'; end $$"
    )
    outbox.graph.behave(Behaviour(statuses="none", times=None))
    teaching, other = outbox.queue(outbox.add_user(BRAZILIAN)), outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier():
        await until(lambda: outbox.status(teaching) == outbox.status(other) == "sent", seconds=20)
    assert outbox.row(teaching)["wa_message_id"] is not None


async def test_a_claim_that_is_refused_keeps_no_result_from_being_settled(outbox: Outbox) -> None:
    outbox.graph.behave(Behaviour(delay=1, statuses="none", times=None))
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier():
        await until(lambda: len(outbox.graph.record.accepted) == 1)
        outbox.execute(
            "create or replace function wa.list_sending_numbers() returns setof text"
            " language plpgsql as $$ begin raise exception 'no'; end $$"
        )
        await until(lambda: outbox.status(notification) == "sent", seconds=20)


async def test_a_message_whose_result_is_kept_is_not_sent_again_when_its_lease_runs_out(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settler, "_LONGEST_PAUSE_SECONDS", 0.5)
    outbox.set("in_doubt_seconds", 0)
    outbox.graph.behave(Behaviour(statuses="none", times=None))
    async with outbox.run_notifier():
        with refusing_to_settle(outbox, "P0001"):
            notification = outbox.queue(outbox.add_user(ANA))
            await until(lambda: attempts(outbox) >= 2)
            token = outbox.row(notification)["lock_token"]
            outbox.execute("update public.notifications set locked_until = now()")
            await until(lambda: outbox.row(notification)["lock_token"] != token)
        await until(lambda: outbox.status(notification) == "sent", seconds=20)
    assert len(outbox.graph.record.accepted) == 1


async def test_what_was_accepted_is_recalled_by_a_claim_that_overtook_its_result(
    outbox: Outbox,
) -> None:
    outbox.set("in_doubt_seconds", 0)
    notification = outbox.queue(outbox.add_user(ANA))
    url = outbox.process_url("wa_notifier_role")
    async with NotificationQueue(url, worker="a", lease_seconds=60) as queue:
        (first,) = await queue.claim(1)
        outbox.execute("update public.notifications set locked_until = now()")
        (second,) = await queue.claim(1)
        kept = settler.Settler(queue, Mock(), Mock(), does="NOTIFY")
        kept.add(first, SendResult("accepted", wa_message_id="wamid.first"))
        kept.finish()
        await kept.run()
    assert outbox.status(notification) == "sending"
    recalled = [kept.recall(one) for one in (second, second)]
    assert [one and one.wa_message_id for one in recalled] == ["wamid.first", None]


async def test_a_result_that_is_left_when_the_notifier_stops_is_logged(outbox: Outbox) -> None:
    outbox.graph.behave(Behaviour(statuses="none"))
    with capture_logs() as events, refusing_to_settle(outbox, "P0001"):
        async with outbox.run_notifier():
            notification = outbox.queue(outbox.add_user(ANA))
            await until(lambda: attempts(outbox) >= 2)
    (lost,) = [event for event in events if event["event"] == "NOTIFY_RESULT_LOST"]
    (accepted,) = outbox.graph.record.accepted
    assert (lost["id"], lost["outcome"]) == (notification, "accepted")
    assert lost["wa_message_id"] == accepted.wa_message_id


@pytest.mark.parametrize("retry_after", ["99999999999999", "9" * 400])
async def test_an_endless_retry_after_is_a_long_wait_and_nothing_worse(
    outbox: Outbox, retry_after: str
) -> None:
    outbox.graph.behave(Behaviour(answer="error", code=130429, retry_after=retry_after))
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier():
        await until(lambda: outbox.row(notification)["wait_count"] == 1, seconds=20)
    row = outbox.row(notification)
    assert 86_400 <= (row["next_attempt_at"] - row["last_attempt_at"]).total_seconds() < 110_000


async def test_sessions_that_were_left_on_a_read_only_server_are_replaced(outbox: Outbox) -> None:
    set_read_only(outbox, "on")
    with capture_logs() as events:
        async with outbox.run_notifier():
            notification = outbox.queue(outbox.add_user(ANA))
            await until(lambda: "NOTIFY_DATABASE_LOST" in {one["event"] for one in events})
            set_read_only(outbox, "off")
            outbox.leave_sessions()
            await until(lambda: outbox.status(notification) == "delivered", seconds=20)


async def test_a_lone_result_waits_for_no_other(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settler, "_GATHER_SECONDS", 3600)
    outbox.graph.behave(Behaviour(statuses="none"))
    async with outbox.run_notifier():
        notification = outbox.queue(outbox.add_user(ANA))
        await until(lambda: outbox.status(notification) == "sent")


async def test_results_of_the_same_moment_are_settled_together(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settler, "_GATHER_SECONDS", 1)
    settle, batches = NotificationQueue.settle_and_claim, []

    async def count(queue: NotificationQueue, results: Any, batch: int) -> Any:
        batches.append(len(results))
        return await settle(queue, results, batch)

    monkeypatch.setattr(NotificationQueue, "settle_and_claim", count)
    outbox.set("number_rate_per_second", 0)
    outbox.graph.behave(Behaviour(statuses="none", times=None))
    for number in range(8):
        outbox.queue(outbox.add_user(f"+3460000{number:04}"))
    async with outbox.run_notifier():
        await until(lambda: outbox.count("sent") == 8)
    assert batches == [8]


@contextmanager
def refusing_to_settle(outbox: Outbox, sqlstate: str) -> Iterator[None]:
    """Let every attempt to settle an accepted message fail."""
    outbox.execute(
        f"""
        create sequence wa.attempts;
        grant usage on sequence wa.attempts to public;
        create function wa.refuse() returns trigger language plpgsql as $$ begin
            perform nextval('wa.attempts');
            raise exception using errcode = '{sqlstate}';
        end $$;
        create trigger refuse before update on public.notifications
        for each row when (new.status = 'sent') execute function wa.refuse()"""
    )
    try:
        yield
    finally:
        outbox.execute(
            "drop trigger refuse on public.notifications;"
            "drop function wa.refuse; drop sequence wa.attempts"
        )


def attempts(outbox: Outbox) -> int:
    """Return how often a settlement was refused."""
    (row,) = outbox.execute(
        "select case when is_called then last_value else 0 end from wa.attempts"
    )
    return int(row["case"])


def set_read_only(outbox: Outbox, how: str) -> None:
    """Let later sessions of the notifier begin read-only or not; those that exist stay."""
    outbox.execute(
        sql.SQL("alter role {} in database {} set default_transaction_read_only = {}").format(
            sql.Identifier(current_role(NOTIFIER_ROLE)),
            sql.Identifier(outbox.database.name),
            sql.Literal(how),
        )
    )
