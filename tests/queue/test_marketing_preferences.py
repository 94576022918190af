"""Users who stopped marketing messages get everything else."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests import payloads
from tests.dispatching import dispatch
from tests.queue.account_webhooks import BEFORE, marketing_preference, template_status
from tests.queue.conftest import ANA, CARLA_BSUID, TEMPLATE

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue

OFFER = {"type": "template", "template": {"name": "offer", "language": {"code": "en"}}}
UTILITY = {"type": "template", "template": {"name": "receipt", "language": {"code": "en"}}}


def stop(edge: Connection[DictRow], **fields: Any) -> None:
    dispatch(edge, template_status("APPROVED"))
    dispatch(edge, marketing_preference("stop", **(fields or {"wa_id": ANA[1:]})))


def test_marketing_is_cancelled_and_everything_else_is_sent(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    queue.add_user()
    stop(edge)
    marketing = queue.queue(payload=TEMPLATE)
    receipt = queue.queue(payload=UTILITY)
    assert queue.claimed_ids() == [receipt]
    assert queue.status(marketing) == "cancelled"
    assert "stopped marketing" in queue.row(marketing)["error_message"]


def test_resuming_lifts_it_and_the_blocks_of_metas_own_refusals(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    queue.add_user()
    queue.queue(payload=TEMPLATE)
    (claimed,) = queue.claim()
    queue.reject(claimed, 131050)
    stop(edge)
    dispatch(edge, marketing_preference("resume", wa_id=ANA[1:], time=int(time.time()) + 1))
    marketing = queue.queue(payload=TEMPLATE)
    assert queue.claimed_ids() == [marketing]


def test_a_late_stop_does_not_undo_a_resume(queue: Queue, edge: Connection[DictRow]) -> None:
    queue.add_user()
    dispatch(edge, template_status("APPROVED"))
    dispatch(edge, marketing_preference("resume", wa_id=ANA[1:], time=BEFORE + 1))
    dispatch(edge, marketing_preference("stop", wa_id=ANA[1:], time=BEFORE))
    marketing = queue.queue(payload=TEMPLATE)
    assert queue.claimed_ids() == [marketing]


def test_a_user_without_a_phone_number_stops_by_bsuid(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    queue.add_user(None, CARLA_BSUID)
    stop(edge, user_id=CARLA_BSUID)
    queue.queue(CARLA_BSUID, TEMPLATE)
    assert queue.claim() == []


def test_somebody_unknown_is_no_error(queue: Queue, edge: Connection[DictRow]) -> None:
    stop(edge, wa_id="34611222333")
    assert queue.value("select count(*) from wa.marketing_preferences") == 0
    assert queue.value("select count(*) from wa.kept_payloads") == 0


def test_a_refusal_by_meta_counts_as_a_stop(queue: Queue, edge: Connection[DictRow]) -> None:
    user = queue.add_user()
    dispatch(edge, template_status("APPROVED"))
    dispatch(edge, template_status("APPROVED", name="offer"))
    queue.queue(payload=TEMPLATE)
    (claimed,) = queue.claim()
    queue.reject(claimed, 131050)
    queue.queue(payload=OFFER)
    assert queue.claim() == []
    assert queue.value("select is_stopped from wa.marketing_preferences where user_id = %s", user)


def test_the_later_preference_of_two_profiles_that_are_merged_holds(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    queue.add_user()
    queue.add_user(None, "ES.99887766")
    dispatch(edge, marketing_preference("resume", wa_id=ANA[1:]))
    dispatch(edge, marketing_preference("stop", user_id="ES.99887766", time=BEFORE + 1))
    message = payloads.text_message(sender=ANA[1:], user_id="ES.99887766")
    dispatch(edge, payloads.envelope([message]))
    rows = queue.owner.execute("select is_stopped from wa.marketing_preferences").fetchall()
    assert rows == [{"is_stopped": True}]
