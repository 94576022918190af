"""`python -m tests.mutants`: draw faults, try each, and say which of them no test notices."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

from tests.docs.code_blocks import PROJECT
from tests.mutants.subjects import draw, find_files, find_named, subject_of
from tests.mutants.trial import Bench, benches
from tests.mutants.verdict import Trial, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.mutants.mutation import Mutation


def main() -> int:
    """Return the exit code: 1 when fewer than asked for are noticed, or tests fail without them."""
    given = _read_arguments()
    among = [path for path in find_files() if path.startswith(tuple(given.paths or [""]))]
    if given.fault:
        chosen = find_named(given.fault, among)
        print(f"{len(chosen)} faults by name, at {_commit()}", flush=True)
    else:
        chosen = draw(given.count, given.seed, among)[given.first - 1 : given.last]
        which = f"{given.first} to {given.first + len(chosen) - 1} of {given.count} faults"
        print(f"{which}, drawn with seed {given.seed}, at {_commit()}", flush=True)
    trials = _try_all(chosen, given.jobs)
    print("\n".join(_report(chosen, trials)))
    counts = Counter(trial.verdict for trial in trials)
    is_enough = counts[Verdict.NOTICED] * 100 >= given.at_least * len(trials)
    return 0 if is_enough and not counts[Verdict.UNSOUND] else 1


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    today = datetime.now(UTC).date().isoformat()
    parser.add_argument("--seed", default=today, help="any text (default: the day, %(default)s)")
    parser.add_argument("--count", type=int, default=10, help="faults (default: %(default)s)")
    parser.add_argument("--from", type=int, default=1, dest="first", help="of them, from here on")
    parser.add_argument("--to", type=int, dest="last", help="of them, up to here")
    parser.add_argument("--fault", nargs="+", help="none drawn, but those of these names")
    parser.add_argument(
        "--at-least", type=int, default=95, help="per cent to notice (default: %(default)s)"
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="at a time (default: %(default)s)"
    )
    parser.add_argument("paths", nargs="*", help="files or folders to draw from (default: all)")
    return parser.parse_args()


def _commit() -> str:
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    return told.stdout.strip()


def _try_all(chosen: Sequence[Mutation], jobs: int) -> list[Trial]:
    with benches(jobs) as made, ThreadPoolExecutor(jobs) as pool:
        shares = [chosen[place::jobs] for place in range(jobs)]
        found = dict(chain.from_iterable(pool.map(_try_share, made, shares)))
    return [found[one] for one in chosen]


def _try_share(bench: Bench, share: Sequence[Mutation]) -> list[tuple[Mutation, Trial]]:
    in_sql = [one for one in share if one.path.endswith(".sql")]
    in_python = [one for one in share if not one.path.endswith(".sql")]
    trials = chain(
        zip(
            in_sql,
            bench.try_in_sql(in_sql, [subject_of(one.path, one.kind) for one in in_sql]),
            strict=True,
        ),
        ((one, bench.try_in_python(one, subject_of(one.path))) for one in in_python),
    )
    found = []
    for mutation, trial in trials:
        told = f"{trial.verdict:<9}{mutation.name} {mutation}  {trial.seconds:.0f} s  {trial.by}"
        print(told, flush=True)
        found.append((mutation, trial))
    return found


def _report(chosen: Sequence[Mutation], trials: Sequence[Trial]) -> list[str]:
    lines = []
    for mutation, trial in zip(chosen, trials, strict=True):
        if trial.verdict is not Verdict.NOTICED:
            lines += ["", f"{trial.verdict}: {mutation}  {trial.by}".rstrip(), mutation.diff()]
            lines.append(f"again: make mutants FAULT={mutation.name}")
    counts = Counter((one.kind, trial.verdict) for one, trial in zip(chosen, trials, strict=True))
    rows = [
        (kind, [counts[kind, verdict] for verdict in Verdict])
        for kind in sorted({one.kind for one in chosen})
    ]
    rows.append(("all", [sum(column) for column in zip(*(row for _, row in rows), strict=True)]))
    lines += ["", f"{'':<12}{'drawn':>9}" + "".join(f"{verdict:>9}" for verdict in Verdict)]
    for kind, row in rows:
        lines.append(f"{kind:<12}" + "".join(f"{number:9}" for number in (sum(row), *row)))
    return lines


if __name__ == "__main__":
    sys.exit(main())
