"""Run at length on a temporary cluster, or shortly.

    python -m bench.fault [--quick] [--messages 10000] [--users 500] [--workers 3]

Prints the counts, and exits with 1 if a message is missing, out of its user's order, or was sent
again although a status had said that it was accepted.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from bench.fault.plan import QUICK, Plan
from bench.fault.run import FaultRun
from handler.process.logs import configure_logging
from wa_webhook.cli.signals import exit_on_termination
from wa_webhook.dev.postgres import THROWAWAY_SETTINGS, LocalPostgres
from wa_webhook.dev.stack import prepare_database

_COUNTS = ("messages", "users", "workers", "kills", "restarts", "crashes", "seed")


def _read_plan() -> Plan:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="the short form that the tests run")
    for name in _COUNTS:
        parser.add_argument(f"--{name}", type=int)
    given = vars(parser.parse_args())
    plan = QUICK if given.pop("quick") else Plan()
    return replace(plan, **{name: value for name, value in given.items() if value is not None})


def main() -> None:
    """Run, print the counts, and tell by the exit status whether they are what they must be."""
    plan = _read_plan()
    exit_on_termination()
    with (
        Path(os.devnull).open("w") as nowhere,
        LocalPostgres(settings=THROWAWAY_SETTINGS) as server,
    ):
        configure_logging(nowhere)
        prepare_database(server)
        run = FaultRun(server, server.url, plan)
        started = time.monotonic()
        verdict = asyncio.run(run.run())
        seconds = time.monotonic() - started
    print(*verdict.lines(), sep="\n")
    faults = ", ".join(f"{count} x {fault}" for fault, count in sorted(run.faults.items()))
    print(f"{plan.workers} workers, {faults}, in {seconds:.0f} s")
    sys.exit(0 if verdict.is_flawless else 1)


if __name__ == "__main__":
    main()
