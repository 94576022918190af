"""Run at length on a temporary cluster, or shortly.

    python -m bench.fault outbox [--quick] [--messages 10000] [--users 500] [--workers 3]
    python -m bench.fault tasks [--quick] [--tasks 10000] [--users 500] [--workers 3]
    python -m bench.fault nodes --citus URL --stop-worker COMMAND --start-worker COMMAND

Prints the counts, and exits with 1 if a message is missing, out of its user's order, or was sent
again although a status had said that it was accepted; or if what came of a task is missing in its
conversation, is there twice, or came to another; or if a message to a business on a node was lost,
or answered less or more than once. `nodes` asks for a cluster of Citus, whatever made it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.fault.nodes import NodesRun
from bench.fault.outbox import OutboxRun
from bench.fault.plan import (
    QUICK_OUTBOX,
    QUICK_TASKS,
    FaultPlan,
    NodesPlan,
    OutboxPlan,
    TaskPlan,
)
from bench.fault.tasks import TaskRun
from handler.process.logs import configure_logging
from wa_webhook.cli.signals import exit_on_termination
from wa_webhook.dev.postgres import THROWAWAY_SETTINGS, LocalPostgres
from wa_webhook.dev.stack import prepare_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.fault.outbox_verdict import Verdict
    from bench.fault.tasks import TaskVerdict

_RUNS: dict[str, tuple[FaultPlan, FaultPlan, Callable[..., OutboxRun | TaskRun]]] = {
    "outbox": (OutboxPlan(), QUICK_OUTBOX, OutboxRun),
    "tasks": (TaskPlan(), QUICK_TASKS, TaskRun),
}

_NEEDED_ON_NODES = ("citus", "stop_worker", "start_worker")


def _read_arguments() -> dict[str, Any]:
    parser = argparse.ArgumentParser(
        prog="python -m bench.fault", description=__doc__ and __doc__.splitlines()[0]
    )
    runs = parser.add_subparsers(dest="run", required=True)
    for name, (plan, _, _) in _RUNS.items():
        run = runs.add_parser(name)
        run.add_argument("--quick", action="store_true", help="the short form that the tests run")
        _add_options(run, plan)
    _add_options(runs.add_parser("nodes"), NodesPlan())
    return {name: value for name, value in vars(parser.parse_args()).items() if value is not None}


def _add_options(parser: argparse.ArgumentParser, plan: FaultPlan | NodesPlan) -> None:
    for one in fields(plan):
        is_needed = one.name in _NEEDED_ON_NODES
        name = f"--{one.name.replace('_', '-')}"
        parser.add_argument(name, type=type(one.default), required=is_needed)


async def _run(run: OutboxRun | TaskRun) -> Verdict | TaskVerdict:
    return await run.run()


def main() -> None:
    """Run, print the counts, and tell by the exit status whether they are what they must be."""
    given = _read_arguments()
    if given["run"] == "nodes":
        del given["run"]
        _run_on_nodes(NodesPlan(**given))
        return
    full, quick, start = _RUNS[given.pop("run")]
    plan = replace(quick if given.pop("quick") else full, **given)
    exit_on_termination()
    with (
        Path(os.devnull).open("w") as nowhere,
        LocalPostgres(settings=THROWAWAY_SETTINGS) as server,
    ):
        configure_logging(nowhere)
        prepare_database(server)
        run = start(server, server.url, plan)
        started = time.monotonic()
        verdict = asyncio.run(_run(run))
        seconds = time.monotonic() - started
    print(*verdict.lines(), sep="\n")
    faults = ", ".join(f"{count} x {fault}" for fault, count in sorted(run.faults.items()))
    print(f"{plan.workers} workers, {faults}, in {seconds:.0f} s")
    sys.exit(0 if verdict.is_flawless else 1)


def _run_on_nodes(plan: NodesPlan) -> None:
    exit_on_termination()
    run = NodesRun(plan)
    verdict = asyncio.run(run.run())
    print(*verdict.lines(), sep="\n")
    sys.exit(0 if verdict.is_flawless else 1)


if __name__ == "__main__":
    main()
