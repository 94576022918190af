"""Alerts: counted in the database, delivered by the notifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from tests.queue.conftest import TEMPLATE

if TYPE_CHECKING:
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue


def raise_alert(queue: Queue, key: str = "131026") -> None:
    queue.execute("select wa.raise_alert('notification_failed', %s, '{\"error_code\": 1}')", key)


def claim(queue: Queue) -> list[DictRow]:
    return queue.worker.execute("select * from public.wa_alerts_claim('worker-1')").fetchall()


def settle(queue: Queue, claimed: DictRow, *, delivered: bool) -> Any:
    result = {
        "id": claimed["id"],
        "lock_token": str(claimed["lock_token"]),
        "delivered": delivered,
        "count": claimed["alert"]["count"],
    }
    row = queue.worker.execute(
        "select public.wa_alerts_settle(%s) as report", (Jsonb([result]),)
    ).fetchone()
    assert row is not None
    return row["report"]


def test_the_same_alert_is_one_row_with_a_count(queue: Queue) -> None:
    for _ in range(3):
        raise_alert(queue)
    (claimed,) = claim(queue)
    assert (claimed["alert"]["kind"], claimed["alert"]["count"]) == ("notification_failed", 3)
    assert claimed["alert"]["detail"] == {"error_code": 1}


def test_what_one_claim_refuses_for_one_cause_is_noted_once_with_its_number(queue: Queue) -> None:
    queue.execute("insert into wa.phone_only_templates (name) values ('news')")
    for bsuid in ("ES.1", "ES.2", "ES.3"):
        queue.add_user(None, bsuid)
        queue.queue(bsuid, TEMPLATE)
    assert queue.claim() == []
    noted = queue.owner.execute(
        "select group_key, seen_count, detail -> 'notification_id' as latest"
        " from wa.alert_occurrences"
    )
    assert noted.fetchall() == [{"group_key": "131062", "seen_count": 3, "latest": 3}]


def test_an_alert_is_claimed_by_one_worker(queue: Queue) -> None:
    raise_alert(queue)
    assert len(claim(queue)) == 1
    assert claim(queue) == []


def test_a_delivered_alert_is_quiet_until_there_is_news_and_time_has_passed(queue: Queue) -> None:
    raise_alert(queue)
    (claimed,) = claim(queue)
    assert settle(queue, claimed, delivered=True) == {
        "delivered": 1,
        "retried": 0,
        "given_up": 0,
        "stale": 0,
    }
    queue.execute("update wa.alerts set next_attempt_at = now()")
    assert claim(queue) == []
    raise_alert(queue)
    (again,) = claim(queue)
    assert (again["alert"]["count"], again["alert"]["new_count"]) == (2, 1)


def test_an_alert_is_not_repeated_at_once(queue: Queue) -> None:
    raise_alert(queue)
    (claimed,) = claim(queue)
    settle(queue, claimed, delivered=True)
    raise_alert(queue)
    assert claim(queue) == []


def test_news_that_came_while_an_alert_was_delivered_is_kept(queue: Queue) -> None:
    raise_alert(queue)
    (claimed,) = claim(queue)
    raise_alert(queue)
    settle(queue, claimed, delivered=True)
    queue.execute("update wa.alerts set next_attempt_at = now()")
    (again,) = claim(queue)
    assert again["alert"]["new_count"] == 1


def test_what_was_held_back_of_a_pause_is_not_posted_after_the_mending(queue: Queue) -> None:
    """Neither what is counted already nor what is not; another kind's repetition is."""
    kinds = {"queue_paused": "error 190", "send_error": "190", "payload_kept": "not_json"}

    def raise_each() -> None:
        for kind, key in kinds.items():
            queue.execute("select wa.raise_alert(%s, %s, '{}')", kind, key)

    raise_each()
    told = claim(queue)
    meanings = {one["alert"]["kind"]: one["alert"]["meaning"] for one in told}
    assert "token" in meanings["send_error"]
    for one in told:
        settle(queue, one, delivered=True)
    raise_each()
    assert claim(queue) == []
    raise_each()
    queue.execute("select public.wa_queue_resume()")
    queue.execute("update wa.alerts set next_attempt_at = now()")
    news = [(one["alert"]["kind"], one["alert"]["new_count"]) for one in claim(queue)]
    assert news == [("payload_kept", 2)]


def test_an_alert_that_could_not_be_delivered_is_tried_again(queue: Queue) -> None:
    raise_alert(queue)
    (claimed,) = claim(queue)
    assert settle(queue, claimed, delivered=False)["retried"] == 1
    assert claim(queue) == []
    queue.execute("update wa.alerts set next_attempt_at = now()")
    assert len(claim(queue)) == 1


def test_a_late_worker_settles_nothing(queue: Queue) -> None:
    raise_alert(queue)
    (late,) = claim(queue)
    queue.execute("update wa.alerts set next_attempt_at = now()")
    claim(queue)
    assert settle(queue, late, delivered=True)["stale"] == 1
