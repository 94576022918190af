"""The server's clock is set back: what was queued before keeps its order, waits for nothing, and is
told of.

A test cannot set the clock. It moves what was stored before into the future instead, which is what
the tables look like then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.dispatching import as_engine, say, value, values
from tests.queue.conftest import ANA, BRUNO

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue

ALERTS = "select count(*) from wa.alert_overview where kind = 'clock_set_back'"


def set_clock_back(queue: Queue) -> None:
    """Let everything that is stored have been stored by a clock that went an hour ahead."""
    with as_engine(queue.owner):
        for statement in (
            "update public.notifications set created_at = created_at + interval '1 hour',"
            " send_at = send_at + interval '1 hour',"
            " next_attempt_at = next_attempt_at + interval '1 hour',"
            " last_attempt_at = last_attempt_at + interval '1 hour',"
            " locked_until = locked_until + interval '1 hour'",
            "update wa.server_presence set seen_at = seen_at + interval '1 hour'",
            "update wa.number_pace set paid_until = paid_until + interval '1 hour'",
            "update wa.pair_pace set paid_until = paid_until + interval '1 hour'",
        ):
            queue.owner.execute(statement.encode())


def test_what_was_queued_before_goes_at_once_and_in_its_order(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    assert queue.claim() == []
    say(edge, "hello", "help", sender=ANA[1:])
    before = values(queue.owner, "select id from public.notifications order by id")
    set_clock_back(queue)
    say(edge, "language", sender=ANA[1:])
    order = values(queue.owner, "select id from public.notifications order by id")
    assert order[: len(before)] == before
    sent = []
    while claimed := queue.claim():
        queue.accept(claimed)
        sent += [row["id"] for row in claimed]
    assert sent == order


def test_messages_of_others_do_not_wait_for_the_clock_either(queue: Queue) -> None:
    queue.add_user(ANA)
    queue.add_user(BRUNO)
    queue.send(ANA)
    waiting = [queue.queue(ANA), queue.queue(BRUNO)]
    set_clock_back(queue)
    assert sorted(queue.claimed_ids()) == waiting


def test_what_was_meant_for_later_stays_meant_for_later(queue: Queue) -> None:
    queue.add_user(ANA)
    queue.add_user(BRUNO)
    queue.execute("select public.wa_notify(%s, '{\"type\": \"text\", \"text\": {\"body\": \"x\"}}',"
                  " send_at => now() + interval '2 hours')", ANA)  # fmt: skip
    due = queue.queue(BRUNO)
    set_clock_back(queue)
    assert queue.claimed_ids() == [due]
    later = "select send_at > now() + interval '2 hours' from public.notifications where id <> %s"
    assert queue.value(later, due)


def test_what_waits_for_its_user_keeps_its_place_as_well(queue: Queue) -> None:
    user = queue.add_user(silent_for="2 days")
    first = queue.queue()
    assert queue.claim() == []
    set_clock_back(queue)
    assert queue.claim() == []
    queue.write(user)
    queue.queue()
    assert queue.claimed_ids() == [first]


def test_what_was_sent_keeps_its_time(queue: Queue) -> None:
    queue.add_user()
    sent = queue.send()
    waiting = queue.queue()
    set_clock_back(queue)
    before = queue.row(sent)["send_at"]
    assert queue.claimed_ids() == [waiting]
    assert queue.row(sent)["send_at"] == before


def test_the_lease_of_a_worker_ends_as_if_nothing_had_happened(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    queue.claim(lease="60 seconds")
    set_clock_back(queue)
    queue.claim()
    ends_soon = "select locked_until < now() + interval '2 minutes' from public.notifications"
    assert queue.value(ends_soon) is True
    assert queue.status(notification) == "sending"


def test_it_is_told_once_by_an_alert_and_as_long_as_it_lasts_by_status(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    queue.add_user()
    queue.queue()
    set_clock_back(queue)
    for _ in range(3):
        queue.claim()
    assert queue.value(ALERTS) == 1
    seen = queue.value("select seen_count from wa.alert_overview where kind = 'clock_set_back'")
    assert seen == 1
    status = value(operator, "select public.wa_status()")
    (told,) = [problem for problem in status["problems"] if problem["code"] == "clock_set_back"]
    assert told["needs_person"] is True
    assert told["message"].startswith("the clock of the database server is 3")


def test_a_second_time_is_noticed_too(queue: Queue) -> None:
    queue.add_user()
    for times in (1, 2):
        notification = queue.queue()
        set_clock_back(queue)
        (claimed,) = queue.claim()
        assert claimed["id"] == notification
        queue.accept([claimed])
        seen = queue.value("select seen_count from wa.alert_overview where kind = 'clock_set_back'")
        assert seen == times


def test_a_clock_that_goes_right_is_not_told_of(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    queue.add_user()
    queue.send()
    queue.claim()
    assert queue.value(ALERTS) == 0
    assert value(operator, "select public.wa_status()")["clock"]["behind_seconds"] == 0


def test_a_time_without_end_says_nothing_of_the_clock(
    queue: Queue, edge: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    say(edge, "hello")
    queue.execute("update public.wa_events set received_at = 'infinity'")
    assert value(operator, "select public.wa_status()")["clock"]["behind_seconds"] == 0


def test_retention_is_due_although_its_last_run_lies_ahead(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    queue.execute("update wa.retention_state set last_started_at = now() + interval '1 hour'")
    assert value(edge, "select public.wa_dispatch(null)")["retention_due"] is True
