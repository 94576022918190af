"""Which tests are to notice a fault, by the folder that it is in."""

from __future__ import annotations

import random
from itertools import islice
from typing import TYPE_CHECKING

from tests.docs.code_blocks import PROJECT
from tests.mutants import in_python, in_sql
from tests.mutants.same import SAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.mutants.mutation import Mutation

# The longest path that fits counts.
TESTS: Mapping[str, tuple[str, ...]] = {
    "db/functions/base": ("ingress", "operations", "privileges", "roads"),
    "db/functions/webhook": ("ingress", "webhook"),
    "db/functions/people": ("identity",),
    "db/functions/chats": ("flows", "ingress"),
    "db/functions/replies": ("flows",),
    "db/functions/outbox": ("queue",),
    "db/functions/outbox/lives": ("restore",),
    "db/functions/account": ("queue",),
    "db/functions/alerts": ("alerts", "queue"),
    "db/functions/retention": ("retention",),
    "db/functions/operators": ("operations",),
    "db/flows/home": ("flows",),
    "db/flows/baskets": ("baskets", "flows"),
    "handler": ("webhook", "metrics"),
    "handler/process": ("webhook", "notifier", "alerts", "metrics"),
    "wa_webhook/notifier": ("notifier",),
}


def find_files() -> list[str]:
    """Return the path of every file that faults are put into, relative to the project."""
    return sorted(
        str(file.relative_to(PROJECT))
        for folder, ending in (
            ("db/functions", "sql"),
            ("db/flows", "sql"),
            ("handler", "py"),
            ("wa_webhook/notifier", "py"),
        )
        for file in (PROJECT / folder).rglob(f"*.{ending}")
    )


def draw(count: int, seed: str, among: list[str]) -> list[Mutation]:
    """Return so many faults of these files; the same seed draws the same from the same files."""
    possible = [mutation for path in among for mutation in _mutations_of(PROJECT / path, path)]
    random.Random(seed).shuffle(possible)
    real = (one for one in possible if one.path.endswith(".py") or in_sql.parses(one.mutated))
    return list(islice((one for one in real if one.is_as not in SAME), count))


def subject_of(path: str) -> list[str]:
    """Return the test files of a file's subject, those that name it first.

    Raises KeyError for a file of no subject.
    """
    folders = [folder for folder in TESTS if path.startswith(f"{folder}/")]
    if not folders:
        raise KeyError(path)
    subject = TESTS[max(folders, key=len)]
    files = [one for folder in subject for one in (PROJECT / "tests" / folder).rglob("test_*.py")]
    name = path.rpartition("/")[2].partition(".")[0]
    files.sort(key=lambda file: (name not in file.read_text(), file))
    rules = [PROJECT / "tests" / "style" / "test_locks.py"] if path.endswith(".sql") else []
    return [str(file.relative_to(PROJECT)) for file in [*rules, *files]]


def _mutations_of(file: Path, path: str) -> Iterator[Mutation]:
    finder = in_sql if file.suffix == ".sql" else in_python
    yield from finder.find_mutations(path, file.read_text())
