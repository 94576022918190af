"""What may be sent to whom, and when: the 24-hour window, opting out, expiry, BSUIDs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.queue.conftest import ANA, CARLA_BSUID, TEMPLATE, text

if TYPE_CHECKING:
    from tests.queue.conftest import Queue


def test_a_free_message_waits_for_the_user_when_the_window_is_closed(queue: Queue) -> None:
    user = queue.add_user(silent_for="25 hours")
    notification = queue.queue()
    assert queue.claim() == []
    row = queue.row(notification)
    assert (row["status"], row["waiting_for"], row["retry_count"]) == ("queued", "user", 0)
    queue.write(user)
    assert queue.claimed_ids() == [notification]


@pytest.mark.parametrize(("silent_for", "sent"), [("23:54:00", 1), ("23:56:00", 0)])
def test_the_window_closes_five_minutes_early(queue: Queue, silent_for: str, sent: int) -> None:
    queue.add_user(silent_for=silent_for)
    queue.queue()
    assert len(queue.claim()) == sent


def test_a_template_needs_no_window(queue: Queue) -> None:
    queue.add_user(silent_for="1 year")
    notification = queue.queue(ANA, TEMPLATE)
    assert queue.claimed_ids() == [notification]


def test_a_message_to_somebody_who_never_wrote_waits(queue: Queue) -> None:
    notification = queue.queue("+34699999999")
    assert queue.claim() == []
    assert queue.row(notification)["waiting_for"] == "user"


def test_a_message_becomes_its_template_outside_the_window(queue: Queue) -> None:
    queue.add_user(silent_for="2 days")
    queue.queue(ANA, text(template=TEMPLATE))
    (claimed,) = queue.claim()
    assert claimed["request"]["type"] == "template"
    assert "text" not in claimed["request"]


def test_a_message_keeps_its_text_inside_the_window(queue: Queue) -> None:
    queue.add_user()
    queue.queue(ANA, text(template=TEMPLATE))
    (claimed,) = queue.claim()
    assert claimed["request"]["type"] == "text"


def test_a_message_is_cancelled_outside_the_window_when_it_says_so(queue: Queue) -> None:
    queue.add_user(silent_for="2 days")
    notification = queue.queue(ANA, text(outside_window="cancel"))
    assert queue.claim() == []
    assert queue.status(notification) == "cancelled"


def test_a_user_who_opted_out_gets_nothing_but_the_confirmation(queue: Queue) -> None:
    queue.add_user(opted_out=True)
    message = queue.queue()
    template = queue.queue(ANA, TEMPLATE)
    confirmation = queue.queue(ANA, text(to_opted_out=True))
    assert queue.claimed_ids() == [confirmation]
    assert queue.status(message) == queue.status(template) == "cancelled"


def test_a_message_past_its_time_is_cancelled(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue(ANA, text(expires_at="2026-01-01T00:00:00Z"))
    assert queue.claim() == []
    row = queue.row(notification)
    assert (row["status"], row["error_message"]) == ("cancelled", "not sent: past its expires_at")


def test_an_expiry_in_seconds_counts_from_the_time_of_sending(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue(ANA, text(expires_in_seconds=60))
    row = queue.row(notification)
    assert (row["expires_at"] - row["send_at"]).total_seconds() == 60


def test_a_message_in_retry_is_cancelled_once_it_expires(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue(ANA, text(expires_in_seconds=60))
    (claimed,) = queue.claim()
    queue.reject(claimed, 131000, 500)
    queue.execute("update public.notifications set next_attempt_at = now(), expires_at = now()")
    assert queue.claim() == []
    assert queue.status(notification) == "cancelled"


def test_a_template_that_needs_a_phone_number_is_refused_to_a_bsuid(queue: Queue) -> None:
    queue.execute("insert into wa.phone_only_templates (name) values ('news')")
    queue.add_user(None, CARLA_BSUID)
    queue.add_user(ANA)
    refused = queue.queue(CARLA_BSUID, TEMPLATE)
    sent = queue.queue(ANA, TEMPLATE)
    assert queue.claimed_ids() == [sent]
    row = queue.row(refused)
    assert (row["status"], row["error_code"]) == ("failed", 131062)
    assert "phone number is unknown" in row["error_message"]


def test_delivery_options_are_not_part_of_what_is_sent(queue: Queue) -> None:
    queue.add_user()
    queue.queue(ANA, text(expires_in_seconds=60, outside_window="cancel"))
    (claimed,) = queue.claim()
    assert "delivery" not in claimed["request"]


@pytest.mark.parametrize(
    "delivery",
    [{"colour": "red"}, {"template": text()}, {"template": {"type": "template"}}],
)
def test_delivery_options_that_make_no_sense_are_refused(
    queue: Queue, delivery: dict[str, object]
) -> None:
    queue.add_user()
    with pytest.raises(psycopg.Error) as caught:
        queue.queue(ANA, text() | {"delivery": delivery})
    assert caught.value.sqlstate == "WA011"
