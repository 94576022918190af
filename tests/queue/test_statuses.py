"""Status webhooks move rows forwards, in any order, and settle what nobody reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests.fixtures.citus import looks_at_plans
from tests.payloads import envelope, status_update
from tests.plans import count_rows_handled
from tests.queue.conftest import ANA, BRUNO, CARLA, CARLA_BSUID, TEMPLATE, event_names
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from tests.fixtures.postgres import Connect
    from tests.queue.conftest import Queue


def alerts_of_another_life(queue: Queue) -> int:
    """Return how often somebody is to be told that another copy of this database sends."""
    return int(
        queue.value(
            "select count(*) from wa.alert_occurrences where kind = 'status_of_another_life'"
        )
    )


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "delivered", "sent"], "read"),
        (["delivered", "sent"], "delivered"),
        (["read", "played"], "read"),
        (["failed", "delivered"], "delivered"),
        (["delivered", "failed"], "delivered"),
        (["failed", "sent"], "failed"),
    ],
)
def test_statuses_move_a_row_forwards_only(
    queue: Queue, arrivals: list[str], expected: str
) -> None:
    queue.add_user()
    notification = queue.send()
    for status in arrivals:
        code = 131026 if status == "failed" else None
        queue.apply_statuses(queue.status_of(notification, status, error_code=code))
    assert queue.status(notification) == expected


def test_statuses_of_one_payload_may_come_in_any_order(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    statuses = [
        queue.status_of(notification, status, timestamp=timestamp)
        for status, timestamp in (
            ("read", 1790000003),
            ("sent", 1790000001),
            ("delivered", 1790000002),
        )
    ]
    report = queue.apply_statuses(*statuses)
    row = queue.row(notification)
    assert (report["statuses"], report["applied"], report["unmatched"]) == (3, 3, 0)
    assert row["status"] == "read"
    assert (row["delivered_at"].timestamp(), row["read_at"].timestamp()) == (1790000002, 1790000003)


def test_a_repeated_status_is_not_applied_again(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    queue.apply_statuses(queue.status_of(notification, "delivered"))
    assert queue.apply_statuses(queue.status_of(notification, "delivered"))["applied"] == 0


def test_delivery_wins_over_failure_and_the_error_stays_visible(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    queue.apply_statuses(queue.status_of(notification, "delivered"))
    queue.apply_statuses(queue.status_of(notification, "failed", error_code=131026))
    row = queue.row(notification)
    assert (row["status"], row["error_code"]) == ("delivered", 131026)


def test_a_status_without_callback_data_is_matched_by_its_message_id(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    queue.apply_statuses(status_update(f"wamid.{notification}", "delivered"))
    assert queue.status(notification) == "delivered"


def test_a_status_may_come_before_the_response_is_recorded(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    (claimed,) = queue.claim()
    report = queue.apply_statuses(queue.status_of(notification, "delivered"))
    assert event_names(report) == ["NOTIFY_SEND_OK"]
    assert queue.status(notification) == "delivered"
    report = queue.accept([claimed])
    assert (report["sent"], report["stale"], event_names(report)) == (1, 0, [])
    row = queue.row(notification)
    assert (row["status"], row["wa_message_id"]) == ("delivered", f"wamid.{notification}")


def test_what_a_status_has_overtaken_is_settled_with_its_neighbours(queue: Queue) -> None:
    for user in (ANA, BRUNO):
        queue.add_user(user)
        queue.queue(user)
    claimed = queue.claim()
    overtaken, neighbour = (row["id"] for row in claimed)
    queue.apply_statuses(queue.status_of(overtaken, "read"))
    report = queue.accept(reversed(claimed))
    assert (report["sent"], report["stale"]) == (2, 0)
    assert [event["id"] for event in report["events"]] == [neighbour]
    assert (queue.status(overtaken), queue.status(neighbour)) == ("read", "sent")


def test_a_status_settles_a_row_in_doubt_and_lets_the_next_one_go(queue: Queue) -> None:
    queue.add_user()
    first, second = queue.queue(), queue.queue()
    (claimed,) = queue.claim()
    queue.settle(claimed, "unknown")
    assert queue.claim() == []
    queue.apply_statuses(queue.status_of(first, "sent"))
    assert queue.status(first) == "sent"
    assert queue.claimed_ids() == [second]


def test_a_status_settles_a_row_whose_worker_died(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    queue.claim()
    queue.end_lease(notification)
    queue.apply_statuses(queue.status_of(notification, "sent"))
    assert queue.claim() == []
    assert (queue.status(notification), queue.row(notification)["retry_count"]) == ("sent", 0)


def test_a_failed_status_blocks_a_recipient_like_a_refusal_would(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    report = queue.apply_statuses(queue.status_of(notification, "failed", error_code=131026))
    assert event_names(report) == ["NOTIFY_SEND_FAIL"]
    assert queue.status(notification) == "failed"
    later = queue.queue()
    queue.claim()
    assert queue.status(later) == "failed"


def test_a_failed_status_of_a_passing_error_sends_the_message_again_once(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    for _ in range(2):
        queue.apply_statuses(queue.status_of(notification, "failed", error_code=131000))
    row = queue.row(notification)
    assert (row["status"], row["retry_count"]) == ("queued", 1)
    queue.make_due(notification)
    (claimed,) = queue.claim()
    queue.settle(claimed, "accepted", wa_message_id="wamid.again")
    queue.apply_statuses(queue.status_of(notification, "failed", error_code=131000))
    assert queue.status(notification) == "sent"


def test_what_is_sent_again_is_settled_by_the_delivery_of_the_message_before_alone(
    queue: Queue,
) -> None:
    queue.add_user()
    notification = queue.send()
    queue.apply_statuses(queue.status_of(notification, "failed", error_code=131000))
    for status, expected in (("sent", "queued"), ("delivered", "delivered")):
        queue.apply_statuses(queue.status_of(notification, status))
        assert queue.status(notification) == expected


def test_a_failed_status_of_the_account_pauses_the_queue(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    report = queue.apply_statuses(queue.status_of(notification, "failed", error_code=131042))
    assert "NOTIFY_QUEUE_PAUSED" in event_names(report)
    assert queue.status(notification) == "queued"


def test_a_failed_status_without_an_error_is_tried_again(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    queue.apply_statuses(queue.status_of(notification, "failed"))
    assert (queue.status(notification), queue.row(notification)["error_code"]) == ("queued", None)


def test_statuses_of_messages_that_are_not_ours_are_counted(queue: Queue) -> None:
    queue.add_user()
    unsent = queue.queue()
    report = queue.apply_statuses(
        status_update("wamid.foreign", "delivered"),
        status_update("wamid.foreign", "failed", callback_data="99999999"),
        status_update("wamid.foreign", "read", callback_data="order-7"),
        status_update("wamid.foreign", "read", callback_data=str(unsent)),
        status_update("wamid.foreign", "read", callback_data="9" * 40),
    )
    assert (report["applied"], report["unmatched"], report["events"]) == (0, 5, [])
    assert queue.status(unsent) == "queued"
    assert alerts_of_another_life(queue) == 0


def test_callback_data_of_another_database_meets_no_row_of_ours(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    queue.claim()
    number, made_at, life = queue.callback_data[notification].split(".")
    other = f"{number}.{made_at}.{life[::-1]}"
    report = queue.apply_statuses(queue.status_of(notification, "failed", callback_data=other))
    assert (report["unmatched"], queue.status(notification)) == (1, "sending")


def test_a_late_status_of_a_lost_row_does_not_touch_the_one_that_has_its_id_now(
    queue: Queue,
) -> None:
    queue.add_user(ANA)
    lost = queue.queue(ANA)
    queue.claim()
    late = queue.status_of(lost, "failed", error_code=131026)
    queue.execute("delete from public.notifications")
    queue.give_id(lost)
    queue.add_user(BRUNO)
    assert queue.queue(BRUNO) == lost
    queue.claim()
    report = queue.apply_statuses(late)
    assert (report["applied"], queue.status(lost)) == (0, "sending")
    assert queue.value("select count(*) from wa.recipient_blocks") == 0
    assert alerts_of_another_life(queue) == 1


def test_a_status_of_what_was_lost_altogether_raises_an_alert(queue: Queue) -> None:
    queue.add_user()
    kept, lost = queue.queue(), queue.queue()
    queue.accept(queue.claim())
    queue.accept(queue.claim())
    late = queue.status_of(lost, "read")
    queue.execute("delete from public.notifications where id = %s", lost)
    assert queue.apply_statuses(late)["unmatched"] == 1
    assert (alerts_of_another_life(queue), queue.status(kept)) == (1, "sent")


def test_a_status_of_what_retention_purged_is_nothing_new(queue: Queue) -> None:
    queue.add_user()
    purged, _ = queue.send(), queue.queue()
    late = queue.status_of(purged, "read")
    queue.execute("delete from public.notifications where id = %s", purged)
    assert queue.apply_statuses(late)["unmatched"] == 1
    assert alerts_of_another_life(queue) == 0


def test_a_status_about_another_person_settles_nothing(queue: Queue) -> None:
    queue.add_user(ANA)
    queue.add_user(BRUNO)
    notification = queue.queue(ANA)
    queue.claim()
    wrong = queue.status_of(notification, "failed", recipient=BRUNO[1:], error_code=131026)
    assert queue.apply_statuses(wrong)["unmatched"] == 1
    assert queue.status(notification) == "sending"


def test_a_status_may_name_the_recipient_by_an_address_that_is_new(queue: Queue) -> None:
    queue.add_user(ANA)
    notification = queue.queue(ANA)
    queue.claim()
    queue.apply_statuses(queue.status_of(notification, "sent", recipient="34699999999"))
    assert queue.status(notification) == "sent"


def test_a_status_settles_what_was_sent_to_a_profile_that_was_merged(queue: Queue) -> None:
    by_number, by_bsuid = queue.add_user(CARLA), queue.add_user(None, CARLA_BSUID)
    notification = queue.queue(CARLA)
    queue.claim()
    queue.execute("select wa.merge_profiles(%s, %s)", by_number, by_bsuid)
    queue.apply_statuses(
        queue.status_of(notification, "sent", recipient=None, recipient_user_id=CARLA_BSUID)
    )
    assert queue.status(notification) == "sent"


@looks_at_plans
@pytest.mark.fresh_database
@pytest.mark.parametrize("status", ["delivered", "failed"])
@pytest.mark.parametrize("is_ours", [True, False], ids=["of ours", "of others"])
def test_the_work_of_statuses_grows_with_their_number_and_not_with_its_square(
    queue: Queue, connect: Connect, status: str, is_ours: bool
) -> None:
    queue.set("number_rate_per_second", 0)
    queue.execute(
        """
        insert into public.profiles (whatsapp_e164)
        select '+' || (34600000000 + number) from generate_series(1, 800) as number"""
    )
    queue.execute(
        """
        insert into public.notifications (user_id, recipient, payload, outside_window)
        select user_id, whatsapp_e164, %s, 'cancel' from public.profiles""",
        Jsonb(TEMPLATE),
    )
    queue.execute("analyze")
    statuses = [
        queue.status_of(
            claimed["id"], status, error_code=131026, recipient=claimed["request"]["to"].lstrip("+")
        )
        | ({} if is_ours else {"biz_opaque_callback_data": "order-7"})
        for claimed in queue.claim(800)
    ]
    few, many = (
        count_rows_handled(
            connect(SUPERUSER),
            "select public.wa_dispatch(%s)",
            Jsonb(envelope(statuses=statuses[:number])),
        )
        for number in (100, 800)
    )
    assert many < 10 * few


def test_callback_data_counts_only_from_the_number_that_sent(queue: Queue) -> None:
    queue.open_window(queue.add_user(), "1")
    notification = queue.queue()
    queue.execute("update public.notifications set phone_number_id = '1'")
    queue.claim()
    queue.apply_statuses(queue.status_of(notification, "sent", phone_number_id="2"))
    assert queue.status(notification) == "sending"
    queue.apply_statuses(queue.status_of(notification, "sent", phone_number_id="1"))
    assert queue.status(notification) == "sent"
