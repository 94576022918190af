"""Sessions live for days: what they plan for hardly any contents has to do for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fixtures.citus import looks_at_plans
from tests.plans import count_rows_more, make_tables_look_empty
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from typing import LiteralString

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

FEW, MANY = 50, 2000


def keep(owner: Connection[DictRow], number: int) -> None:
    """Let there be so many contents more."""
    owner.execute(
        "insert into wa.media_objects (sha256)"
        " select encode(sha256(uuid_send(gen_random_uuid())), 'hex') from generate_series(1, %s)",
        (number,),
    )


@looks_at_plans
@pytest.mark.fresh_database
@pytest.mark.parametrize(
    "statement",
    [
        "select public.wa_media_deletions_claim(20)",
        "select public.wa_media_deletions_settle(array("
        "select id from wa.media_objects where unwanted_at is not null limit 20))",
    ],
    ids=["claim", "settlement"],
)
@pytest.mark.parametrize("is_deleted", [False, True], ids=["once", "again"])
def test_a_deletion_handles_no_more_than_its_batch_where_more_is_kept(
    connection: Connection[DictRow], connect: Connect, statement: LiteralString, is_deleted: bool
) -> None:
    keep(connection, FEW)
    connection.execute(
        "update wa.media_objects set unwanted_at = now(), delete_at = now(), is_deleted = %s",
        (is_deleted,),
    )
    superuser = connect(SUPERUSER)
    make_tables_look_empty(superuser)
    more = count_rows_more(superuser, lambda: keep(connection, MANY), statement)
    assert more < 2 * MANY
