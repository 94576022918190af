"""Names that a profile went by: each finds the profile that it belongs to, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatching import value

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
