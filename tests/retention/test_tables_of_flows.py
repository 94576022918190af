"""A flow's own tables have an end too, by rules that the catalog names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatching import value, values
from tests.fixtures.citus import purges_there
from tests.retention.conftest import BATCH, purge

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.retention.conftest import Past

pytestmark = purges_there

TABLE = """
create table wa.parcel (arrived_at timestamptz not null);
alter table wa.parcel enable row level security;
create policy parcel_runtime on wa.parcel to wa_runtime using (true);
grant select, delete on wa.parcel to wa_runtime;

create function wa.expire_parcel(p_batch integer) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_expired integer;
begin
  delete from wa.parcel as parcel
  where parcel.ctid = any(
    array(
      select old.ctid from wa.parcel as old where old.arrived_at < now() - interval '1 day'
      limit p_batch
    )
  );
  get diagnostics v_expired = row_count;
  return v_expired;
end $$;

call wa.open_routines('{expire_parcel}');
alter function wa.expire_parcel owner to wa_runtime;
grant execute on function wa.expire_parcel to wa_maintenance;
call wa.close_routines();
"""


@pytest.fixture
def parcels(connection: Connection[DictRow]) -> Connection[DictRow]:
    """A flow's table of which only what came today is to be kept."""
    connection.execute(TABLE.encode())
    connection.execute(
        "insert into wa.parcel (arrived_at) select now() - interval '2 days'"
        " from generate_series(1, %s)",
        (BATCH + 1,),
    )
    connection.execute("insert into wa.parcel (arrived_at) values (now())")
    return connection


def test_what_a_flow_lets_expire_goes_in_batches_and_is_told(
    edge: Connection[DictRow], parcels: Connection[DictRow]
) -> None:
    said = purge(edge)["RETENTION_PARCEL_PURGED"]
    assert (said["count"], said["cutoff"]) == (BATCH + 1, None)
    assert value(parcels, "select count(*) from wa.parcel") == 1


def test_a_rule_that_fails_is_told_and_everything_else_goes_on(
    edge: Connection[DictRow], parcels: Connection[DictRow], past: Past
) -> None:
    past.add_events(1, "31 days")
    parcels.execute(
        "revoke execute on function wa.expire_parcel from wa_maintenance;"
        "delete from wa.alert_occurrences"
    )
    said = purge(edge)
    assert said["RETENTION_WA_EVENTS_PURGED"]["count"] == 1
    assert "RETENTION_PARCEL_PURGED" not in said
    assert values(
        parcels,
        "select detail ->> 'message' from wa.alert_occurrences where kind = 'retention_failed'",
    ) == ["wa.expire_parcel: permission denied for function expire_parcel"]
