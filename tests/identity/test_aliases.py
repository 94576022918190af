"""Names that a profile went by: each finds the profile that it belongs to, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import row, send, value

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

FIND = """
    select array(
        select profile.display_name from public.profiles as profile
        where profile.user_id = any(wa.find_by_alias(%s, %s)) order by 1
    )
"""


@pytest.mark.parametrize(
    ("bsuids", "parent_bsuids", "found"),
    [
        ([], [], []),
        (["ES.1"], [], ["Ana"]),
        (["ES.1", "ES.2"], [], ["Ana", "Ben"]),
        ([], ["ES.ENT.1"], ["Ana"]),
        (["ES.2"], ["ES.ENT.1"], ["Ana", "Ben"]),
        (["ES.ENT.1"], ["ES.1"], []),
        (["ES.9"], ["ES.ENT.9"], []),
    ],
)
def test_a_former_bsuid_or_a_parent_finds_its_own_profile(
    connection: Connection[DictRow], bsuids: list[str], parent_bsuids: list[str], found: list[str]
) -> None:
    for place, name in enumerate(("Ana", "Ben"), start=1):
        connection.execute(
            """
            with made as (
                insert into public.profiles (wa_user_id, display_name) values (%s, %s)
                returning user_id
            )
            insert into wa.profile_aliases (kind, value, user_id)
            select kind, value, user_id
            from made cross join (values ('bsuid', %s), ('parent_bsuid', %s)) as alias (kind, value)
            """,
            (f"ES.{place}{place}", name, f"ES.{place}", f"ES.ENT.{place}"),
        )
    assert value(connection, FIND, bsuids, parent_bsuids) == found


@pytest.mark.parametrize("names", [{"user_id": "ES.1"}, {"from_parent_user_id": "ES.ENT.1"}])
def test_a_sender_known_by_a_former_bsuid_or_a_parent_is_nobody_new_among_others(
    connection: Connection[DictRow], edge: Connection[DictRow], names: dict[str, str]
) -> None:
    connection.execute(
        """
        with made as (
            insert into public.profiles (wa_user_id) values ('ES.11') returning user_id
        )
        insert into wa.profile_aliases (kind, value, user_id)
        select kind, value, user_id
        from made
        cross join (values ('bsuid', 'ES.1'), ('parent_bsuid', 'ES.ENT.1')) as alias (kind, value)
        """
    )
    sender = {"user_id": "ES.12"} | names
    send(
        edge,
        payloads.text_message(sender=None, **sender),
        payloads.text_message(sender="34600000009"),
        contacts=[],
    )
    assert value(connection, "select count(*) from public.profiles where merged_into is null") == 2


@pytest.mark.parametrize(
    ("was", "comes", "leads_to"),
    [
        (("Ana", None), ("Ana", "2026-01-01Z"), ("Ana", True)),
        (("Ana", None), ("Ben", "2026-01-01Z"), ("Ben", False)),
        (("Ana", "2026-01-01Z"), ("Ben", None), ("Ben", True)),
        (("Ana", "2026-01-01Z"), ("Ben", "2026-02-01Z"), ("Ben", False)),
        (("Ana", "2026-02-01Z"), ("Ben", "2026-01-01Z"), ("Ana", False)),
    ],
)
def test_a_number_leads_to_whom_it_is_for_good_or_to_who_left_it_last(
    connection: Connection[DictRow],
    was: tuple[str, str | None],
    comes: tuple[str, str | None],
    leads_to: tuple[str, bool],
) -> None:
    connection.execute(
        "insert into public.profiles (display_name, wa_user_id)"
        " values ('Ana', 'ES.1'), ('Ben', 'ES.2')"
    )
    for name, left_at in (was, comes):
        connection.execute(
            "select wa.add_phone_alias('+34600000001', user_id, %s)"
            " from public.profiles where display_name = %s",
            (left_at, name),
        )
    found = row(
        connection,
        "select display_name, left_at is null as is_for_good from wa.profile_aliases"
        " inner join public.profiles using (user_id)",
    )
    assert tuple(found.values()) == leads_to
