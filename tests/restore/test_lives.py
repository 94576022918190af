"""A database knows when it was restored or copied, and then waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

import psycopg
import pytest

from tests.dispatching import as_engine
from tests.queue.conftest import ANA, BRUNO, CARLA, text
from tests.restore.conftest import paused_because

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fixtures.postgres import Database
    from tests.queue.conftest import Queue
    from tests.restore.conftest import OpenQueue


@pytest.fixture
def copy(
    queue: Queue,
    database: Database,
    new_database: Callable[[str], Database],
    open_queue: OpenQueue,
) -> Queue:
    """A copy of a database that was in use: its queue holds what the original is about to send."""
    queue.add_user(ANA)
    queue.queue(ANA, text("sent by both"))
    assert len(queue.claim()) == 1
    queue.queue(ANA, text("behind it"))
    queue.owner.close()
    queue.worker.close()
    copied = new_database(database.name)
    return open_queue(copied.server, copied.name)


PROBLEMS: LiteralString = """
    select jsonb_object_agg(problem ->> 'code', problem ->> 'message')
    from jsonb_array_elements(public.wa_status() -> 'problems') as problem
"""


def test_the_first_claim_begins_a_life(queue: Queue) -> None:
    assert queue.value("select count(*) from wa.lives") == 0
    queue.claim()
    queue.claim()
    assert queue.value("select count(*) from wa.lives where left_at is null") == 1


def test_a_copy_of_a_database_that_has_never_sent_is_free(
    queue: Queue,
    database: Database,
    new_database: Callable[[str], Database],
    open_queue: OpenQueue,
) -> None:
    queue.add_user()
    queue.queue()
    queue.owner.close()
    queue.worker.close()
    copied = new_database(database.name)
    assert len(open_queue(copied.server, copied.name).claim()) == 1


def test_two_lives_have_different_tokens(queue: Queue) -> None:
    queue.claim()
    queue.execute("select public.wa_queue_distrust('a drill')")
    queue.execute("select public.wa_queue_resume()")
    assert queue.value("select count(distinct token) from wa.lives") == 2


def test_a_copy_sends_nothing_says_why_and_raises_an_alert(copy: Queue) -> None:
    because = "the database is a copy, or a restored dump"
    assert copy.value(PROBLEMS)["database_moved"].startswith(because)
    assert copy.claim() == []
    assert paused_because(copy).startswith(because)
    assert "database_moved" not in copy.value(PROBLEMS)
    raised = "select kind || ': ' || group_key from wa.alert_occurrences"
    assert copy.value(raised) == "database_restored: restored"


def test_the_reason_of_an_earlier_pause_stays_visible(copy: Queue) -> None:
    copy.execute("select public.wa_queue_pause('template under review')")
    copy.claim()
    assert paused_because(copy).endswith("it was already paused: template under review")


def test_a_pause_that_ends_by_itself_does_not_free_a_copy(copy: Queue) -> None:
    copy.claim()
    copy.execute("update wa.queue_state set paused_until = null, paused_reason = null")
    assert copy.claim() == []


def test_going_on_asks_what_becomes_of_messages_that_may_have_been_sent(copy: Queue) -> None:
    copy.claim()
    with pytest.raises(psycopg.Error, match="2 messages in its queue may have been sent") as error:
        copy.execute("select public.wa_queue_resume()")
    assert error.value.sqlstate == "WA018"
    with pytest.raises(psycopg.Error, match="cannot be 'resend'"):
        copy.execute("select public.wa_queue_resume('resend')")
    assert copy.claim() == []


def test_doubtful_messages_can_be_sent(copy: Queue) -> None:
    copy.claim()
    with as_engine(copy.owner):
        copy.execute("update public.notifications set status = 'queued'")
    copy.execute("select public.wa_queue_resume('send')")
    assert paused_because(copy) is None
    (first,) = copy.claim()
    copy.accept([first])
    assert len(copy.claim()) == 1


def test_doubtful_messages_can_be_cancelled_and_what_was_queued_later_goes_on(copy: Queue) -> None:
    copy.claim()
    later = copy.queue(ANA, text("queued after the restore was noticed"))
    copy.execute("select public.wa_queue_resume('cancel')")
    assert copy.claimed_ids() == [later]
    assert copy.value("select count(*) from public.notifications where status = 'cancelled'") == 2


@pytest.mark.any_server
def test_what_is_queued_in_a_copy_before_a_claim_is_not_doubtful(copy: Queue) -> None:
    ana = copy.value("select user_id from public.profiles")
    copy.answer(ana, text("an answer"))
    copy.queue(ANA, text("a message"))
    assert paused_because(copy).startswith("the database is a copy")
    counted = "select public.wa_status() -> 'queue' ->> %s"
    assert [copy.value(counted, one) for one in ("doubtful", "queued_since")] == ["2", "2"]
    copy.execute("select public.wa_queue_resume('cancel')")
    left = "select array_agg(payload #>> '{text,body}') from public.notifications where status = "
    assert copy.value(left + "'queued'") == ["an answer", "a message"]
    assert copy.value(left + "'cancelled'") == ["sent by both", "behind it"]


def test_a_life_that_goes_on_asks_nothing(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    queue.claim()
    queue.execute("select public.wa_queue_pause('template under review')")
    queue.execute("select public.wa_queue_resume()")
    queue.apply_statuses(queue.status_of(notification, "delivered"))
    assert queue.status(notification) == "delivered"


def test_a_status_of_the_earlier_life_settles_the_message_that_both_have(
    queue: Queue, copy: Queue
) -> None:
    copy.claim()
    (notification,) = queue.callback_data
    status = {
        "id": "wamid.ORIGINAL",
        "status": "delivered",
        "recipient_id": ANA[1:],
        "biz_opaque_callback_data": queue.callback_data[notification],
    }
    copy.apply_statuses(status)
    assert copy.status(notification) == "delivered"
    copy.execute("select public.wa_queue_resume('send')")
    assert notification not in copy.claimed_ids()


def test_the_original_is_not_touched_by_statuses_of_its_copy(
    copy: Queue, database: Database, open_queue: OpenQueue
) -> None:
    copy.claim()
    copy.add_user(BRUNO)
    copy.execute("select public.wa_queue_resume('cancel')")
    sent_by_copy = copy.queue(BRUNO)
    copy.claim()
    original = open_queue(database.server, database.name)
    original.add_user(CARLA)
    assert original.queue(CARLA) == sent_by_copy
    original.claim()
    original.apply_statuses(copy.status_of(sent_by_copy, "failed", error_code=131026))
    assert original.status(sent_by_copy) == "sending"


def test_what_cannot_be_seen_can_be_said(queue: Queue) -> None:
    queue.add_user()
    queue.queue()
    queue.execute("select public.wa_queue_distrust('started from the volume snapshot of 03:00')")
    assert queue.claim() == []
    assert paused_because(queue) == "started from the volume snapshot of 03:00"
    with pytest.raises(psycopg.Error, match="1 messages"):
        queue.execute("select public.wa_queue_resume()")
    with pytest.raises(psycopg.Error, match="a pause has a reason"):
        queue.execute("select public.wa_queue_distrust(' ')")


@pytest.mark.any_server
def test_what_waits_for_its_user_may_have_been_sent_as_well(queue: Queue) -> None:
    queue.add_user(silent_for="2 days")
    queue.queue()
    assert queue.claim() == []
    queue.execute("select public.wa_queue_distrust('a drill')")
    with pytest.raises(psycopg.Error, match="1 messages"):
        queue.execute("select public.wa_queue_resume()")


def test_the_operator_may_say_it_and_go_on(queue: Queue, operator: psycopg.Connection) -> None:
    operator.execute("select public.wa_queue_distrust('a drill')")
    operator.execute("select public.wa_queue_resume()")
    queue.add_user()
    queue.queue()
    assert len(queue.claim()) == 1
