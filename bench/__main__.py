"""Measure everything side by side and write `bench/results.md`.

Run with `make bench`, or `python -m bench --help`.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bench.database import (
    businesses,
    dispatch,
    flat,
    large,
    nodes,
    predecessor,
    queue,
    retention,
    storage,
)
from bench.database.pgbench import Pgbench, find_pgbench
from bench.http import attacks, bot, throughput, way
from bench.machine import describe_machine
from bench.media import throughput as media
from bench.ocr import reading
from bench.report import Report, Section
from bench.run import MissingPeerError, Run
from bench.server import BenchServer
from bench.tasks import throughput as tasks
from wa_webhook.cli.signals import exit_on_termination

if TYPE_CHECKING:
    from collections.abc import Callable

SECTIONS: dict[str, Callable[[Run], Section]] = {
    "dispatch": dispatch.measure,
    "predecessor": predecessor.measure,
    "queue": queue.measure,
    "flat": flat.measure,
    "storage": storage.measure,
    "retention": retention.measure,
    "http": throughput.measure,
    "bot": bot.measure,
    "way": way.measure,
    "tasks": tasks.measure,
    "media": media.measure,
    "attacks": attacks.measure,
    "large": large.measure,
    "ocr": reading.measure,
    "nodes": nodes.measure,
    "businesses": businesses.measure,
}


def main() -> None:
    """Run the sections on one fresh server and report."""
    options = _parse_arguments()
    console = Console(stderr=True)
    folder = options.output or (None if options.only else Path(__file__).parent)
    exit_on_termination()
    path = find_pgbench()
    with BenchServer() as server:
        run = Run(
            server=server,
            pgbench=Pgbench(path) if path else None,
            console=console,
            is_quick=options.quick,
            pgmq=options.pgmq,
            citus=options.citus,
            plain=options.plain,
        )
        report = Report(
            describe_machine()
            | {
                "PostgreSQL": server.version(),
                "client": run.pgbench.version() if run.pgbench else "pgbench is absent",
            },
            server.settings,
            options.quick,
        )
        for name in options.only or SECTIONS:
            console.rule(name)
            report.sections.append(_measure(name, run))
            # After each: what was measured survives an interruption.
            if folder is not None:
                report.write(folder)
    if folder is None:
        print(report.as_markdown())
    if any(section.has_failed for section in report.sections):
        sys.exit(1)


def _measure(name: str, run: Run) -> Section:
    started = time.monotonic()
    try:
        section = SECTIONS[name](run)
    except MissingPeerError as missing:
        section = Section(name, name.capitalize(), f"Not measured: {missing}.")
    except Exception as error:  # noqa: BLE001, RUF100 (the other sections can still be measured)
        run.console.print_exception()
        section = Section(name, name.capitalize(), f"Failed: {error}.", has_failed=True)
    section.seconds = time.monotonic() - started
    return section


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__ and __doc__.splitlines()[0]
    )
    parser.add_argument("--quick", action="store_true", help="within ten minutes on two cores")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=SECTIONS,
        help="some sections; printed, and written only with --output",
    )
    parser.add_argument("--output", type=Path, help="the folder for the results (default: bench)")
    parser.add_argument(
        "--pgmq",
        type=Path,
        help="pgmq-extension/sql/pgmq.sql of a checkout of pgmq, to compare the queue with",
    )
    parser.add_argument(
        "--citus",
        metavar="URL",
        default="",
        help="the coordinator of a Citus cluster, for the sections nodes and businesses",
    )
    parser.add_argument(
        "--plain",
        metavar="URL",
        default="",
        help="a database without Citus on a server of the cluster's version, to compare it with",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
