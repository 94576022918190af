"""Sessions live for days: what they plan for hardly any rows has to do for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fixtures.citus import looks_at_plans
from tests.plans import count_rows_more
from tests.retention.conftest import step
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from tests.fixtures.postgres import Connect
    from tests.retention.conftest import Past

MANY = 5000


@looks_at_plans
@pytest.mark.fresh_database
def test_a_step_handles_no_more_than_what_is_past_its_time_where_more_is_kept(
    connect: Connect, past: Past
) -> None:
    superuser = connect(SUPERUSER)
    # After five calls PostgreSQL would go on with a plan that it has.
    for _ in range(6):
        step(superuser)
    past.add_events(20, "31 days")
    more = count_rows_more(
        superuser,
        lambda: past.add_events(MANY, "1 day"),
        "select public.wa_retention_step()",
    )
    assert more < MANY / 2
