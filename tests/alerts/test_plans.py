"""Sessions live for days: what they plan for hardly any alerts has to do for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fixtures.citus import looks_at_plans
from tests.plans import count_rows_more, make_tables_look_empty
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from tests.alerts.conftest import Alerts
    from tests.fixtures.postgres import Connect

FEW, MANY = 20, 1000
CLAIM = "select * from public.wa_alerts_claim('worker-1')"


@looks_at_plans
@pytest.mark.fresh_database
def test_a_claim_handles_each_occurrence_a_few_times_however_many_there_are(
    alerts: Alerts, connect: Connect
) -> None:
    def raise_many(number: int) -> None:
        alerts.owner.execute(
            "select wa.raise_alert('send_error', number::text, '{}')"
            " from generate_series(1, %s) as number",
            (number,),
        )

    raise_many(FEW)
    superuser = connect(SUPERUSER)
    make_tables_look_empty(superuser)
    more = count_rows_more(superuser, lambda: raise_many(MANY), CLAIM)
    assert more < 20 * MANY
