"""Faults that are none: whoever looks closely finds that nothing can behave otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_INSTANT = "A moment that is read from the clock, to the microsecond: either side of it is right."
_ONE_ORDER = "Any order does, as long as everybody has the same."
_SHORTCUT = "It chooses a faster way to the same result."
_MEASURED = "A measure, of which hardly two are equal: either side of it is right."
_SIDE_BY_SIDE = "Equal ones come together, and any order of the groups does."
_BY_INDEX = (
    "Empty text comes after nothing, so that none is found without a number; an index reads it."
)
_NOTHING_OR_NONE = "Whoever takes it does the same with nothing as with none."
_ONE_RELEASE = "Only a server that is 16.0 itself tells, and none that is tried is."

SAME: Mapping[tuple[str, str, str], str] = {
    (
        "db/flows/baskets/functions/erase_basket_members.sql",
        "order by member.basket_id, member.role = 'owner' desc, member.joined_at, member.user_id",
        "order by member.basket_id desc, member.role = 'owner' desc, member.joined_at,"
        " member.user_id",
    ): _ONE_ORDER,
    (
        "db/flows/baskets/steps/step_basket_nearby_list.sql",
        "where basket.distance_km <= c_most_km;",
        "where basket.distance_km < c_most_km;",
    ): _MEASURED,
    (
        "db/functions/outbox/claim/claim_plain.sql",
        "p_pair_interval <= interval '0' or (",
        "p_pair_interval < interval '0' or (",
    ): _SHORTCUT,
    (
        "db/functions/outbox/claim/list_sending_numbers.sql",
        "and coalesce(notification.phone_number_id, '') > pace.phone_number_id",
        "and nullif(notification.phone_number_id, '') > pace.phone_number_id",
    ): _BY_INDEX,
    (
        "db/functions/outbox/settle/learn_addresses.sql",
        "else coalesce(profile.phone_at < notification.last_attempt_at, true)",
        "else coalesce(profile.phone_at <= notification.last_attempt_at, true)",
    ): _INSTANT,
    (
        "db/functions/outbox/statuses/match_statuses.sql",
        "order by held.wa_message_id, held.id",
        "order by held.wa_message_id desc, held.id",
    ): _SIDE_BY_SIDE,
    (
        "db/functions/outbox/settle/release_successors.sql",
        "and (successor.blocked_by is not null or successor.next_attempt_at <= v_now);",
        "or (successor.blocked_by is not null or successor.next_attempt_at <= v_now);",
    ): _SHORTCUT,
    (
        "db/functions/people/senders/establish_plain_senders.sql",
        "and alias.value = plain.phone_key",
        "or alias.value = plain.phone_key",
    ): _SHORTCUT,
    (
        "db/functions/people/profiles/move_to_survivor.sql",
        "order by move.table_name, move.statement",
        "order by move.table_name desc, move.statement",
    ): _ONE_ORDER,
    (
        "db/functions/rights/open_routines.sql",
        "cross join (select current_setting('server_version_num')::integer < 160000 as"
        " is_before_16) as server",
        "cross join (select current_setting('server_version_num')::integer <= 160000 as"
        " is_before_16) as server",
    ): _ONE_RELEASE,
    (
        "db/functions/workers/finish_tasks.sql",
        "coalesce(array_agg(wa.describe_result(row(task.*)::wa.tasks))"
        " filter (where task.state <> ''), '{}'),",
        "nullif(array_agg(wa.describe_result(row(task.*)::wa.tasks))"
        " filter (where task.state <> ''), '{}'),",
    ): _NOTHING_OR_NONE,
    (
        "db/functions/registry/read_declaration.sql",
        "order by document.name, field.name, rule.position",
        "order by document.name desc, field.name, rule.position",
    ): _ONE_ORDER,
    (
        "db/functions/retention/purge_default_logs.sql",
        "where candidate.received_at < p_before",
        "where candidate.received_at <= p_before",
    ): _INSTANT,
    (
        "db/functions/people/senders/list_status_identities.sql",
        "and known.by_phone is distinct from known.by_bsuid",
        "or known.by_phone is distinct from known.by_bsuid",
    ): _SHORTCUT,
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
