"""Messages wait while Meta does not take their template, and go on when it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from psycopg.errors import CheckViolation

from tests.dispatching import dispatch
from tests.queue.account_webhooks import BEFORE, account_change, template_status
from tests.queue.conftest import ANA, BRUNO, TEMPLATE, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue

OTHER_LANGUAGE = {"type": "template", "template": {"name": "news", "language": {"code": "es"}}}


@pytest.mark.parametrize(
    "event", ["PAUSED", "DISABLED", "REJECTED", "ARCHIVED", "DELETED", "PENDING_DELETION"]
)
def test_a_message_waits_while_its_template_is_held_and_is_sent_when_it_is_approved(
    queue: Queue, edge: Connection[DictRow], event: str
) -> None:
    queue.add_user()
    notification = queue.queue(payload=TEMPLATE)
    dispatch(edge, template_status(event))
    assert queue.claim() == []
    held = queue.row(notification)
    assert (held["status"], held["waiting_for"], held["retry_count"]) == ("queued", "template", 0)
    dispatch(edge, template_status("APPROVED", time=BEFORE + 1))
    assert queue.claimed_ids() == [notification]


def test_only_the_language_that_is_held_waits(queue: Queue, edge: Connection[DictRow]) -> None:
    queue.add_user()
    dispatch(edge, template_status("PAUSED"))
    queue.queue(payload=TEMPLATE)
    spanish = queue.queue(payload=OTHER_LANGUAGE)
    assert queue.claimed_ids() == [spanish]


@pytest.mark.parametrize(("told", "sent"), [("en-US", "en_US"), ("en_US", "en-US")])
def test_a_language_is_the_same_with_hyphen_and_underscore(
    queue: Queue, edge: Connection[DictRow], told: str, sent: str
) -> None:
    queue.add_user()
    notification = queue.queue(
        payload={"type": "template", "template": {"name": "news", "language": {"code": sent}}}
    )
    dispatch(edge, template_status("PAUSED", language=told))
    assert queue.claim() == []
    assert queue.row(notification)["waiting_for"] == "template"
    dispatch(edge, template_status("APPROVED", language=told, time=BEFORE + 1))
    assert queue.claimed_ids() == [notification]


def test_webhooks_that_write_a_language_in_two_ways_tell_of_one_template(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    dispatch(
        edge,
        [
            template_status("PAUSED", language="en_US"),
            template_status("APPROVED", language="en-US", time=BEFORE + 1),
        ],
    )
    rows = queue.owner.execute("select language, is_held from wa.message_templates").fetchall()
    assert rows == [{"language": "en_US", "is_held": False}]


def test_an_operator_who_writes_a_language_with_a_hyphen_is_told(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    with pytest.raises(CheckViolation, match="message_templates_language_has_no_hyphen"):
        operator.execute("insert into wa.message_templates (name, language) values ('a', 'en-US')")


def test_a_held_message_keeps_no_later_one_of_its_user_back(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    queue.add_user()
    dispatch(edge, template_status("PAUSED"))
    queue.queue(payload=TEMPLATE)
    later = queue.queue()
    assert queue.claimed_ids() == [later]


def test_a_message_that_goes_on_takes_its_old_place_in_its_users_order(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    queue.add_user()
    dispatch(edge, template_status("PAUSED"))
    held = queue.queue(payload=TEMPLATE)
    assert queue.claim() == []
    overtook = queue.queue()
    (sending,) = queue.claim()
    assert sending["id"] == overtook
    later = queue.queue()
    queue.execute("update wa.message_templates set is_held = false")
    queue.accept([sending])
    assert queue.claimed_ids() == [held]
    assert queue.status(later) == "queued"


def test_an_operator_lets_held_messages_go(
    queue: Queue, edge: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    queue.add_user()
    dispatch(edge, template_status("PAUSED"))
    notification = queue.queue(payload=TEMPLATE)
    assert queue.claim() == []
    operator.execute("update wa.message_templates set is_held = false where name = 'news'")
    assert queue.claimed_ids() == [notification]


def test_deleting_the_row_lets_held_messages_go_too(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    queue.add_user()
    dispatch(edge, template_status("PAUSED"))
    notification = queue.queue(payload=TEMPLATE)
    assert queue.claim() == []
    queue.execute("delete from wa.message_templates where name = 'news'")
    assert queue.claimed_ids() == [notification]


def test_a_held_message_is_looked_at_again_by_itself(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    queue.add_user()
    dispatch(edge, template_status("PAUSED"))
    notification = queue.queue(payload=TEMPLATE)
    assert queue.claim() == []
    queue.make_due(notification)
    assert queue.claim() == []
    assert queue.row(notification)["waiting_for"] == "template"
    queue.execute("alter table wa.message_templates disable trigger user")
    queue.execute("update wa.message_templates set is_held = false")
    queue.make_due(notification)
    assert queue.claimed_ids() == [notification]
    assert queue.row(notification)["open_user_id"] is not None


def test_a_fallback_template_that_is_held_makes_the_message_wait(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    user = queue.add_user(silent_for="2 days")
    dispatch(edge, template_status("PAUSED"))
    notification = queue.queue(payload=text("hello", template=TEMPLATE))
    assert queue.claim() == []
    queue.write(user)
    (claimed,) = queue.claim()
    assert (claimed["id"], claimed["request"]["type"]) == (notification, "text")


def test_a_fallback_template_goes_out_when_it_is_approved(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    queue.add_user(silent_for="2 days")
    dispatch(edge, template_status("PAUSED"))
    queue.queue(payload=text("hello", template=TEMPLATE))
    assert queue.claim() == []
    dispatch(edge, template_status("APPROVED", time=BEFORE + 1))
    (claimed,) = queue.claim()
    assert claimed["request"]["type"] == "template"


@pytest.mark.parametrize("write", [int, str, lambda time: f"{time}000"])
def test_webhooks_in_the_wrong_order_end_with_the_newest_however_their_time_is_written(
    queue: Queue, edge: Connection[DictRow], write: Callable[[int], int | str]
) -> None:
    dispatch(edge, template_status("APPROVED", time=write(BEFORE + 1)))
    dispatch(edge, template_status("PAUSED", time=write(BEFORE)))
    assert queue.value("select is_held from wa.message_templates") is False


def status_webhooks(*seconds: int) -> list[Any]:
    """Build the webhooks of a pause and of an approval, so many seconds after BEFORE."""
    name = {"message_template_name": "news", "message_template_language": "en"}
    paused = {"event": "PAUSED", "message_template_category": "MARKETING"}
    approved = {"event": "APPROVED", "message_template_category": "UTILITY"}
    return [
        account_change("message_template_status_update", name | value, time=BEFORE + after)
        for after, value in zip(seconds, (paused, approved), strict=True)
    ]


@pytest.mark.parametrize(
    "webhooks",
    [status_webhooks(0, 1), status_webhooks(0, 1)[::-1], status_webhooks(0, 0)],
    ids=["in order", "the other way round", "of the same second"],
)
def test_of_webhooks_that_come_together_the_newest_counts(
    queue: Queue, edge: Connection[DictRow], webhooks: list[Any]
) -> None:
    dispatch(edge, webhooks)
    templates = queue.owner.execute("select is_held, category from wa.message_templates").fetchall()
    assert templates == [{"is_held": False, "category": "UTILITY"}]


def test_a_webhook_that_comes_again_does_not_undo_what_an_operator_did(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    dispatch(edge, template_status("PAUSED"))
    queue.execute("update wa.message_templates set is_held = false")
    dispatch(edge, template_status("PAUSED"))
    assert queue.value("select is_held from wa.message_templates") is False


def test_a_held_template_raises_one_alert(queue: Queue, edge: Connection[DictRow]) -> None:
    dispatch(edge, template_status("PAUSED"))
    rows = queue.owner.execute("select kind, group_key from wa.alert_overview").fetchall()
    assert rows == [
        {
            "kind": "template_held",
            "group_key": "message_template_status_update PAUSED news en",
        }
    ]


def test_a_held_message_still_expires(queue: Queue, edge: Connection[DictRow]) -> None:
    queue.add_user()
    queue.add_user(BRUNO)
    dispatch(edge, template_status("PAUSED"))
    notification = queue.queue(ANA, TEMPLATE)
    assert queue.claim() == []
    queue.execute("update public.notifications set expires_at = now()")
    queue.make_due(notification)
    assert queue.claim() == []
    assert queue.status(notification) == "cancelled"
