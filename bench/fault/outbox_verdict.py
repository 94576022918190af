"""Judging a run by what the stand-in accepted and reported, and by when rows were claimed."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wa_webhook.meta_stand_in import Accepted


@dataclass(frozen=True)
class Verdict:
    """What became of the messages.

    `settled` are those that the database knows to be sent. `repeated` were accepted a second time
    or more. Each is counted once more by when a status of an earlier copy was first answered with
    200: before the claim that led to the repetition (`repeated_despite_status`: what the outbox
    promises never to do), between that claim and the repetition, which was on its way by then
    (`repeated_while_status_arrived`), or later or never (`repeated_before_status`).
    `claimed_despite_status` counts every claim after such an answer, whatever came of it.
    `slowest_status_seconds` is the longest time from an acceptance to the answer to its first
    status.
    """

    queued: int
    settled: int
    accepted: int
    missing: int
    disordered_users: int
    repeated: int
    repeated_despite_status: int
    repeated_while_status_arrived: int
    repeated_before_status: int
    claimed_despite_status: int
    slowest_status_seconds: float

    @property
    def is_flawless(self) -> bool:
        """Whether everything arrived, in order, and nothing twice that a status could prove."""
        return self.settled == self.queued and not (
            self.missing
            or self.disordered_users
            or self.repeated_despite_status
            or self.claimed_despite_status
        )

    def lines(self) -> list[str]:
        """Return one line a count."""
        return [
            f"{field.name.replace('_', ' '):<32}{getattr(self, field.name):>10}"
            for field in fields(self)
        ]


def judge(
    queued: int,
    settled: int,
    accepted: Sequence[Accepted],
    reported_at: Mapping[str, float],
    claims: Mapping[str, Sequence[float]],
) -> Verdict:
    """Judge a run by how many messages were queued, and settled as sent.

    `accepted` is in the order of acceptance; `reported_at` says when a message's first status was
    answered, `claims` when a notification was claimed, each in seconds of the monotonic clock.
    """
    copies: dict[str, list[Accepted]] = defaultdict(list)
    for one in accepted:
        notification, _, _ = str(one.callback_data).partition(".")
        copies[notification].append(one)
    repetitions: Counter[str] = Counter()
    claims_despite_status = 0
    for notification, (first, *repeats) in copies.items():
        proved_at = reported_at.get(first.wa_message_id, math.inf)
        for again in repeats:
            repetitions[_kind_of(again, proved_at, claims[notification])] += 1
            proved_at = min(proved_at, reported_at.get(again.wa_message_id, math.inf))
        claims_despite_status += sum(claim > proved_at for claim in claims[notification])
    delays = [
        reported_at[one.wa_message_id] - one.accepted_at
        for one in accepted
        if one.wa_message_id in reported_at
    ]
    return Verdict(
        queued=queued,
        settled=settled,
        accepted=len(accepted),
        missing=queued - len(copies),
        disordered_users=_count_disordered_users(accepted),
        repeated=repetitions.total(),
        repeated_despite_status=repetitions["despite status"],
        repeated_while_status_arrived=repetitions["while status arrived"],
        repeated_before_status=repetitions["before status"],
        claimed_despite_status=claims_despite_status,
        slowest_status_seconds=round(max(delays, default=0.0), 1),
    )


def _kind_of(again: Accepted, proved_at: float, claims: Sequence[float]) -> str:
    """Tell whether the claim that led to a repetition could have known of the earlier copies."""
    claimed_at = claims[bisect_right(claims, again.accepted_at) - 1]
    if claimed_at > proved_at:
        return "despite status"
    return "while status arrived" if again.accepted_at > proved_at else "before status"


def _count_disordered_users(accepted: Sequence[Accepted]) -> int:
    """Count users one of whose messages, or copies of it, came after a later message."""
    places: dict[str, list[int]] = defaultdict(list)
    for one in accepted:
        places[one.recipient].append(int(one.request["text"]["body"]))
    return sum(sequence != sorted(sequence) for sequence in places.values())
