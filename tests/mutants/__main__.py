"""`python -m tests.mutants`: draw faults, try each, and say which of them no test notices."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import TYPE_CHECKING

from tests.mutants.subjects import draw, find_files
from tests.mutants.trial import Copy, Verdict, copies

if TYPE_CHECKING:
    from tests.mutants.mutation import Mutation


def main() -> int:
    """Return the exit code: 1 when fewer than asked for are noticed, or tests fail without them."""
    given = _read_arguments()
    among = [path for path in find_files() if path.startswith(tuple(given.paths or [""]))]
    drawn = draw(given.count, given.seed, among)
    print(f"{len(drawn)} faults, drawn with seed {given.seed}", flush=True)
    verdicts = _try_all(drawn, given.jobs)
    for mutation, verdict in zip(drawn, verdicts, strict=True):
        if verdict is not Verdict.KILLED:
            print(f"\n{verdict}: {mutation}\n{mutation.diff()}")
    counts = Counter(verdicts)
    print("\n" + ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict))
    is_enough = counts[Verdict.KILLED] * 100 >= given.at_least * len(drawn)
    return 0 if is_enough and not counts[Verdict.UNSOUND] else 1


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    today = datetime.now(UTC).date().isoformat()
    parser.add_argument("--seed", default=today, help="any text (default: the day, %(default)s)")
    parser.add_argument("--count", type=int, default=10, help="faults (default: %(default)s)")
    parser.add_argument(
        "--at-least", type=int, default=95, help="per cent to notice (default: %(default)s)"
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="at a time (default: %(default)s)"
    )
    parser.add_argument("paths", nargs="*", help="files or folders to draw from (default: all)")
    return parser.parse_args()


def _try_all(drawn: list[Mutation], jobs: int) -> list[Verdict]:
    idle = SimpleQueue[Copy]()

    def try_out(mutation: Mutation) -> Verdict:
        copy = idle.get()
        try:
            verdict = copy.try_out(mutation)
        finally:
            idle.put(copy)
        print(f"{verdict:<9}{mutation}", flush=True)
        return verdict

    with copies(jobs) as made, ThreadPoolExecutor(jobs) as pool:
        for copy in made:
            idle.put(copy)
        return list(pool.map(try_out, drawn))


if __name__ == "__main__":
    sys.exit(main())
