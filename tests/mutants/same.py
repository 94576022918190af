"""Faults that are none: whoever looks closely finds that nothing can behave otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_INSTANT = "A moment that is read from the clock, to the microsecond: either side of it is right."
_ONE_ORDER = "Any order does, as long as everybody has the same."
_SHORTCUT = "It chooses a faster way to the same result."

SAME: Mapping[tuple[str, str, str], str] = {
    (
        "db/flows/baskets/functions/erase_basket_members.sql",
        "order by member.basket_id, member.role = 'owner' desc, member.joined_at, member.user_id",
        "order by member.basket_id desc, member.role = 'owner' desc, member.joined_at,"
        " member.user_id",
    ): _ONE_ORDER,
    (
        "db/functions/agents/hold_conversation.sql",
        "where chat.user_id = v_user_id and chat.phone_number_id = v_number and"
        " chat.handed_over_until > now();",
        "where chat.user_id = v_user_id and chat.phone_number_id = v_number and"
        " chat.handed_over_until >= now();",
    ): _INSTANT,
    (
        "db/functions/operators/status/find_oldest_due.sql",
        "and notification.turn_at <= now()",
        "and notification.turn_at < now()",
    ): _INSTANT,
    (
        "db/functions/outbox/claim/judge_due.sql",
        "when due.in_doubt_since is not null and v_now < v_doubt_ends then 'in_doubt'",
        "when due.in_doubt_since is not null and v_now <= v_doubt_ends then 'in_doubt'",
    ): _INSTANT,
    (
        "db/functions/outbox/lives/list_doubtful.sql",
        "and notification.created_at < v_left_at",
        "and notification.created_at <= v_left_at",
    ): _INSTANT,
    (
        "db/functions/people/move_to_survivor.sql",
        "order by move.table_name, move.statement",
        "order by move.table_name desc, move.statement",
    ): _ONE_ORDER,
    (
        "db/functions/retention/purge_default_logs.sql",
        "where candidate.received_at < p_before",
        "where candidate.received_at <= p_before",
    ): _INSTANT,
    (
        "db/functions/people/list_status_identities.sql",
        "and by_phone.user_id is distinct from by_bsuid.user_id",
        "or by_phone.user_id is distinct from by_bsuid.user_id",
    ): _SHORTCUT,
    (
        "db/functions/workers/judge_results.sql",
        "and (place.expires_at is null or place.expires_at > now())",
        "and (place.expires_at is null or place.expires_at >= now())",
    ): _INSTANT,
    (
        "handler/payload.py",
        'has_suspects = b"\\\\u0000" in body or b"\\\\ud" in body or b"\\\\uD" in body',
        'has_suspects = b"\\\\u0000" in body or b"\\\\ud" in body or b"\\\\uD" not in body',
    ): _SHORTCUT,
    (
        "handler/process/logs.py",
        "return _mask_word(value) if len(value) <= _LONGEST_WORD else _mask(value)",
        "return _mask_word(value) if len(value) < _LONGEST_WORD else _mask(value)",
    ): _SHORTCUT,
}
"""By path and the changed lines before and after (`Mutation.is_as`): why it is the same."""
