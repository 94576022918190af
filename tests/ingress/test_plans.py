"""Sessions live for days: what they plan on an empty database has to do for a full one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import dispatch, say, send
from tests.fixtures.citus import looks_at_plans
from tests.plans import count_rows_more, list_repeated_searches, make_tables_look_empty
from tests.scans import count_scans
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Callable

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


def phone(n: int) -> str:
    """Return the number of a person."""
    return str(34600000000 + n)


def written_by(senders: range, *, prefix: str = "ES") -> Json:
    """Build a body in which each of these people writes, with name, number and id."""
    people = [(phone(n), f"{prefix}.{n}") for n in senders]
    return payloads.envelope(
        [payloads.text_message("what?", sender=number, user_id=bsuid) for number, bsuid in people],
        contacts=[
            payloads.contact(number, bsuid, f"{prefix} {number}") for number, bsuid in people
        ],
    )


def changed_by(change: Callable[[int], Json]) -> Json:
    """Build a body in which twenty people have changed their number or id."""
    return payloads.envelope([change(n) for n in range(20)])


@looks_at_plans
@pytest.mark.fresh_database
@pytest.mark.parametrize(
    "body",
    [
        written_by(range(20)),
        written_by(range(20), prefix="FR"),
        written_by(range(5000, 5020)),
        written_by(range(5000, 5001)),
        changed_by(lambda n: payloads.number_changed(phone(5000 + n), sender=phone(n))),
        changed_by(lambda n: payloads.number_changed(phone(20 + n), sender=phone(n))),
        changed_by(lambda n: payloads.user_id_changed(f"ES.{n}", f"ES.{5000 + n}")),
        changed_by(lambda n: payloads.user_id_changed(f"ES.{n}", f"DE.{20 + n}")),
        changed_by(lambda n: payloads.user_id_changed(f"ES.{n}", f"ES.{20 + n}")),
    ],
    ids=[
        "known",
        "with another id",
        "new",
        "one who is new",
        "numbers",
        "others' numbers",
        "ids",
        "former ids",
        "others' ids",
    ],
)
def test_a_dispatch_handles_no_more_than_its_messages_where_more_people_write(
    edge: Connection[DictRow], connect: Connect, body: Json
) -> None:
    for prefix in ("DE", "ES"):
        dispatch(edge, written_by(range(40), prefix=prefix))
    superuser = connect(SUPERUSER)
    make_tables_look_empty(superuser)
    more = count_rows_more(
        superuser,
        lambda: [dispatch(edge, written_by(range(40, MANY), prefix=one)) for one in ("DE", "ES")],
        "select public.wa_dispatch(%s)",
        Jsonb(body),
    )
    assert more < MANY / 2


@looks_at_plans
@pytest.mark.fresh_database
@pytest.mark.parametrize("people", [range(20), range(5000, 5020)], ids=["known", "new"])
@pytest.mark.parametrize("prefix", ["ES", "FR"], ids=["same ids", "other ids"])
def test_no_sender_of_many_is_looked_for_among_all_others(
    edge: Connection[DictRow],
    connection: Connection[DictRow],
    connect: Connect,
    people: range,
    prefix: str,
) -> None:
    dispatch(edge, written_by(range(MANY)))
    connection.execute("analyze")
    body = written_by(people, prefix=prefix)
    for contact in body["entry"][0]["changes"][0]["value"]["contacts"]:
        contact["profile"]["name"] += " again"
    assert (
        list_repeated_searches(connect(SUPERUSER), "select public.wa_dispatch(%s)", Jsonb(body))
        == []
    )
