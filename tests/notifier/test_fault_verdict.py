"""The fault test's verdict: what counts as a repetition that the outbox must not make."""

from __future__ import annotations

import pytest

from bench.fault.outbox_verdict import Verdict, judge
from wa_webhook.meta_stand_in import Accepted

CLAIM, FIRST, SECOND_CLAIM, SECOND = 1.0, 2.0, 10.0, 11.0


def accepted(
    notification: int, at: float, *, user: str = "34600111222", place: int = 0
) -> Accepted:
    return Accepted(
        wa_message_id=f"wamid.{notification}.{at}",
        phone_number_id="1060",
        recipient=user,
        is_user_id=False,
        request={"text": {"body": str(place)}, "biz_opaque_callback_data": str(notification)},
        is_dropped=False,
        accepted_at=at,
    )


def judge_repetition(status_at: float | None) -> Verdict:
    """Judge a message that was claimed and accepted twice, whose first copy was reported then."""
    first = accepted(1, FIRST)
    reported = {} if status_at is None else {first.wa_message_id: status_at}
    return judge(1, 1, [first, accepted(1, SECOND)], reported, {"1": [CLAIM, SECOND_CLAIM]})


def test_a_claim_after_an_answered_status_is_a_fault() -> None:
    verdict = judge_repetition(status_at=9.9)
    assert (verdict.repeated_despite_status, verdict.claimed_despite_status) == (1, 1)
    assert not verdict.is_flawless


@pytest.mark.parametrize("status_at", [10.5, 12.0, None])
def test_a_status_that_is_answered_after_the_claim_proves_no_fault(status_at: float | None) -> None:
    verdict = judge_repetition(status_at)
    assert verdict.repeated == 1
    assert verdict.repeated_while_status_arrived == (status_at == 10.5)
    assert verdict.is_flawless


def test_a_claim_after_a_status_is_a_fault_even_when_nothing_was_accepted() -> None:
    first = accepted(1, FIRST)
    verdict = judge(1, 1, [first], {first.wa_message_id: 3.0}, {"1": [CLAIM, SECOND_CLAIM]})
    assert (verdict.repeated, verdict.claimed_despite_status) == (0, 1)
    assert not verdict.is_flawless


def test_a_message_that_was_never_accepted_is_missing() -> None:
    verdict = judge(2, 2, [accepted(1, FIRST)], {}, {"1": [CLAIM]})
    assert verdict.missing == 1
    assert not verdict.is_flawless


def test_a_message_after_a_later_one_of_its_user_is_out_of_order() -> None:
    claims = {"1": [CLAIM], "2": [CLAIM]}
    swapped = [accepted(2, 2.0, place=1), accepted(1, 3.0, place=0)]
    assert judge(2, 2, swapped, {}, claims).disordered_users == 1
    other_user = [accepted(2, 2.0, place=1), accepted(1, 3.0, user="33612345678", place=0)]
    assert judge(2, 2, other_user, {}, claims).disordered_users == 0
