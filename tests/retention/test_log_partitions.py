"""The logs of a day are one partition: made ahead, dropped when the whole day is past its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatching import value, values
from tests.fixtures.citus import about_one_server, purges_there
from tests.retention.conftest import purge

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.retention.conftest import Past

pytestmark = purges_there
in_days = about_one_server("parts logs by day, which a node does not")

# With its schema, whether or not that is on the search path.
NAME = "relnamespace::regnamespace || '.' || relname"
PARTITIONS = f"""
    select {NAME} from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'public.webhook_logs'::regclass and relname ~ '[0-9]{{8}}$'
    order by 1
"""
COMING = """
    select 'wa.webhook_logs_' || to_char((now() at time zone 'UTC')::date + n, 'YYYYMMDD')
    from generate_series(0, 7) as n order by 1
"""


def add_partition(past: Past, days_ago: int) -> str:
    """Add the partition of a day in the past, as a run at that time would have."""
    day = value(past.owner, "select (now() at time zone 'UTC')::date - %s::integer", days_ago)
    name = f"webhook_logs_{day:%Y%m%d}"
    past.owner.execute(
        f"create table wa.{name} partition of public.webhook_logs"
        f" for values from ('{day} 00:00Z') to ('{day} 24:00Z')".encode()
    )
    past.owner.execute(f"alter table wa.{name} owner to wa_maintenance".encode())
    return f"wa.{name}"


@in_days
@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_the_partitions_of_today_and_the_coming_week_are_made_once(
    edge: Connection[DictRow], past: Past, zone: str
) -> None:
    edge.execute(f"set timezone = '{zone}'".encode())
    purge(edge)
    purge(edge)
    assert values(past.owner, PARTITIONS) == values(past.owner, COMING)


@in_days
def test_a_partition_is_closed_to_everyone_and_takes_the_rows_of_its_utc_day(
    edge: Connection[DictRow], past: Past
) -> None:
    edge.execute("set timezone = 'America/New_York'")
    purge(edge)
    past.add_logs(1, "-1 days")
    place = (
        f"select {NAME} from public.webhook_logs as log"
        " join pg_class on pg_class.oid = log.tableoid"
    )
    assert value(past.owner, place) == values(past.owner, COMING)[1]
    protected = (
        "select bool_and(relrowsecurity) from pg_class where relname ~ '^webhook_logs_[0-9]{8}$'"
    )
    assert value(past.owner, protected) is True


@in_days
@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_day_whose_rows_are_in_the_default_partition_stays_there(
    edge: Connection[DictRow], past: Past, zone: str
) -> None:
    # The last minute of a coming UTC day belongs to another day elsewhere.
    past.owner.execute(
        "insert into public.webhook_logs (kind, detail, received_at) values"
        " ('field', '{}', ((now() at time zone 'UTC')::date + 3)::timestamp at time zone 'UTC'"
        " - interval '1 minute')"
    )
    edge.execute(f"set timezone = '{zone}'".encode())
    purge(edge)
    coming = values(past.owner, COMING)
    assert values(past.owner, PARTITIONS) == [*coming[:2], *coming[3:]]


@in_days
def test_a_partition_goes_when_its_whole_day_is_past_its_time(
    edge: Connection[DictRow], past: Past
) -> None:
    kept, dropped = add_partition(past, 14), add_partition(past, 15)
    past.add_logs(3, "15 days")
    past.add_logs(2, "1 day")
    said = purge(edge)["RETENTION_WEBHOOK_LOGS_PURGED"]
    found = values(past.owner, PARTITIONS)
    assert kept in found
    assert dropped not in found
    assert said["count"] == past_rows_gone(past, 5)


def test_old_rows_of_the_default_partition_are_deleted(
    edge: Connection[DictRow], past: Past
) -> None:
    past.add_logs(2, "15 days")
    past.add_logs(1, "13 days")
    assert purge(edge)["RETENTION_WEBHOOK_LOGS_PURGED"]["count"] == 2
    assert past.count("public.webhook_logs") == 1


def past_rows_gone(past: Past, added: int) -> int:
    return added - past.count("public.webhook_logs")
