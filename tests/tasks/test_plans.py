"""Sessions live for days: what they plan for hardly any tasks has to do for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import dispatch
from tests.fixtures.citus import looks_at_plans
from tests.plans import count_rows_more, make_tables_look_empty
from tests.tasks.conftest import result_of
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from typing import Any

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.tasks.conftest import Workshop

BATCH, FEW, MANY = 20, 50, 1000
CLAIM = "select * from public.wa_tasks_claim('worker-1', '{scan}', 20)"

pytestmark = [looks_at_plans, pytest.mark.fresh_database]


def ask(workshop: Workshop, first: int, number: int) -> None:
    """Let as many people ask for a task each."""
    senders = (str(34600000000 + n) for n in range(first, first + number))
    dispatch(
        workshop.edge,
        payloads.envelope([payloads.text_message("scan", sender=sender) for sender in senders]),
    )


def hold(workshop: Workshop, until: str) -> None:
    workshop.owner.execute("update public.chat_state set handed_over_until = %s", (until,))


def hand_out_many(workshop: Workshop) -> None:
    """Ask for many tasks, of which workers take all that they may."""
    ask(workshop, FEW, MANY)
    workshop.claim(MANY)


@pytest.fixture
def superuser(connect: Connect) -> Connection[DictRow]:
    """A session that makes its plans while there seems to be nothing."""
    session = connect(SUPERUSER)
    make_tables_look_empty(session)
    return session


@pytest.mark.parametrize(
    "happens",
    ["turn_at = now()", "deadline_at = now()", "attempt_count = 2, locked_until = now()"],
    ids=["due", "past the deadline", "lost with its worker"],
)
def test_a_claim_handles_no_more_than_its_batch_where_more_is_asked_for(
    workshop: Workshop, superuser: Connection[DictRow], happens: str
) -> None:
    ask(workshop, 0, FEW)
    if "locked" in happens:
        workshop.claim(BATCH)
    workshop.owner.execute(f"update wa.tasks set {happens}".encode())
    more = count_rows_more(superuser, lambda: ask(workshop, FEW, MANY), CLAIM)
    assert more < MANY / 2


@pytest.mark.parametrize(
    "result",
    [
        {"outcome": "done", "result": {"text": "read"}},
        {"outcome": "failed", "error_class": "temporary"},
        {"outcome": "failed", "error_class": "permanent"},
        {"outcome": "running"},
    ],
    ids=lambda result: result.get("error_class", result["outcome"]),
)
def test_nor_does_a_settlement(
    workshop: Workshop, superuser: Connection[DictRow], result: dict[str, Any]
) -> None:
    ask(workshop, 0, FEW)
    claimed = workshop.claim(BATCH)
    more = count_rows_more(
        superuser,
        lambda: hand_out_many(workshop),
        "select public.wa_tasks_settle(%s)",
        Jsonb([result_of(row, **result) for row in claimed]),
    )
    assert more < MANY / 2


def test_nor_does_one_that_tells_results_which_waited_for_a_person(
    workshop: Workshop, superuser: Connection[DictRow]
) -> None:
    ask(workshop, 0, FEW)
    hold(workshop, "tomorrow")
    workshop.settle(
        *(result_of(row, "done", result={"text": "read"}) for row in workshop.claim(BATCH))
    )
    hold(workshop, "yesterday")
    more = count_rows_more(superuser, lambda: ask(workshop, FEW, MANY), CLAIM)
    assert more < MANY / 2
