"""Shows that basket_discover_nearby costs the same however many baskets there are.

Fills a throwaway cluster on the loopback interface step by step up to a million public baskets and,
at each step, prints what one call reads and how long it takes, next to a full scan with a sort.
Ends with the plan that the call itself runs. Run with `python -m bench.discover_nearby`.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from typing import TYPE_CHECKING, Any

import psycopg
from rich.console import Console
from rich.table import Table

from handler.dev.postgres import SUPERUSER, THROWAWAY_SETTINGS, LocalPostgres
from handler.migrate import Migrator, find_db_folder, read_source

if TYPE_CHECKING:
    from psycopg import Connection

LIMIT = 10
CALLS = 200
ALLOWED_GROWTH = 2.0

_ADD_BASKETS = """
insert into public.baskets (name, is_public, currency, share_token, latitude, longitude)
select 'Basket ' || number, true, 'USD', lpad(upper(to_hex(number)), 10, '0'),
       degrees(asin(2 * random() - 1)), 360 * random() - 180
from generate_series(%s::integer, %s::integer) as number
"""

_CALL = "select * from public.basket_discover_nearby(%s, %s, %s, %s)"

# What a call would do without the index.
_FULL_SCAN = """
select id from public.baskets
where is_public and status = 'open' and latitude is not null
order by sind(latitude) * sind(%s) + cosd(latitude) * cosd(%s) * cosd(longitude - %s) desc
limit %s
"""


def main() -> None:
    """Measure, print, and fail if a call on the most baskets reads much more than on the fewest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baskets", type=int, default=1_000_000, help="at the last step")
    most = parser.parse_args().baskets
    console = Console()
    with LocalPostgres(settings=THROWAWAY_SETTINGS) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            Migrator(connection, read_source(find_db_folder())).run()
            pages = _measure(connection, [most // 100, most // 10, most], console)
        console.print(_plan_of_a_call(server), soft_wrap=True, highlight=False, markup=False)
    growth = pages[-1] / pages[0]
    console.print(f"a hundred times the baskets, {growth:.2f} times the pages")
    if growth > ALLOWED_GROWTH:
        raise SystemExit(f"a call may read at most {ALLOWED_GROWTH} times the pages")


def _measure(connection: Connection[Any], steps: list[int], console: Console) -> list[float]:
    profile = connection.execute(
        "insert into public.profiles (wa_user_id) values ('RW.1') returning user_id"
    ).fetchone()
    table = Table("baskets", "pages (median)", "ms (median)", "ms (p99)", "full scan ms")
    randomness = random.Random(1)  # noqa: S311
    median_pages = []
    filled = 0
    for step in steps:
        connection.execute(_ADD_BASKETS, [filled + 1, step])
        connection.execute("vacuum (analyze) public.baskets")
        filled = step
        runs = [
            _explain(
                connection,
                _CALL,
                [
                    profile[0] if profile else None,
                    randomness.uniform(-90, 90),
                    randomness.uniform(-180, 180),
                    LIMIT,
                ],
            )
            for _ in range(CALLS)
        ]
        times = sorted(run["Execution Time"] for run in runs)
        pages = statistics.median(
            run["Plan"]["Shared Hit Blocks"] + run["Plan"]["Shared Read Blocks"] for run in runs
        )
        scan = _explain(connection, _FULL_SCAN, [-1.95, -1.95, 30.06, LIMIT])
        median_pages.append(pages)
        table.add_row(
            f"{step:,}",
            f"{pages:.0f}",
            f"{statistics.median(times):.2f}",
            f"{times[int(len(times) * 0.99)]:.2f}",
            f"{scan['Execution Time']:.1f}",
        )
    console.print(table)
    return median_pages


def _explain(connection: Connection[Any], query: str, parameters: list[Any]) -> dict[str, Any]:
    row = connection.execute(
        f"explain (analyze, buffers, timing off, format json) {query}", parameters
    ).fetchone()
    if row is None:
        raise SystemExit("explain answered nothing")
    answer: list[dict[str, Any]] = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return answer[0]


def _plan_of_a_call(server: LocalPostgres) -> str:
    """Return the plan that the routine's own query ran with; only auto_explain sees inside."""
    plans: list[str] = []
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as superuser:
        superuser.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
        superuser.execute("load 'auto_explain'")
        for setting, value in {
            "auto_explain.log_min_duration": "0",
            "auto_explain.log_analyze": "on",
            "auto_explain.log_buffers": "on",
            "auto_explain.log_nested_statements": "on",
            "client_min_messages": "log",
        }.items():
            superuser.execute("select set_config(%s, %s, false)", [setting, value])
        superuser.execute(
            "select * from public.basket_discover_nearby("
            "(select user_id from public.profiles limit 1), -1.95, 30.06, %s)",
            [LIMIT],
        )
    return next(plan for plan in plans if "baskets_discover_idx" in plan)


if __name__ == "__main__":
    main()
