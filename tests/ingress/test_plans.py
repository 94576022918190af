"""Sessions live for days: what they plan on an empty database has to do for a full one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import dispatch, say, send
from tests.fixtures.citus import looks_at_plans
from tests.plans import count_rows_more, make_tables_look_empty
from tests.scans import count_scans
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.payloads import Json

MANY = 1000


def test_no_plan_of_a_dispatch_reads_a_growing_table_from_end_to_end(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    before = count_scans(connection, edge)
    say(edge, "hello", "help")
    for _ in range(2):
        send(edge, *(payloads.text_message(sender=f"3460000000{n}") for n in range(3)))
    dispatch(edge, payloads.envelope(statuses=[payloads.status_update()]))
    assert count_scans(connection, edge) == before


def written_by(senders: range, *, prefix: str = "ES") -> Json:
    """Build a body in which each of these people writes, with name, number and id."""
    people = [(str(34600000000 + n), f"{prefix}.{n}") for n in senders]
    return payloads.envelope(
        [payloads.text_message("what?", sender=phone, user_id=bsuid) for phone, bsuid in people],
        contacts=[payloads.contact(phone, bsuid, f"{prefix} {phone}") for phone, bsuid in people],
    )


@looks_at_plans
@pytest.mark.fresh_database
@pytest.mark.parametrize(
    "body",
    [
        written_by(range(20)),
        written_by(range(20), prefix="FR"),
        written_by(range(5000, 5020)),
        written_by(range(5000, 5001)),
    ],
    ids=["known", "with another id", "new", "one who is new"],
)
def test_a_dispatch_handles_no_more_than_its_messages_where_more_people_write(
    edge: Connection[DictRow], connect: Connect, body: Json
) -> None:
    for prefix in ("DE", "ES"):
        dispatch(edge, written_by(range(20), prefix=prefix))
    superuser = connect(SUPERUSER)
    make_tables_look_empty(superuser)
    more = count_rows_more(
        superuser,
        lambda: [dispatch(edge, written_by(range(20, MANY), prefix=one)) for one in ("DE", "ES")],
        "select public.wa_dispatch(%s)",
        Jsonb(body),
    )
    assert more < MANY / 2
