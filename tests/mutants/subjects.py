"""Which tests are to notice a fault, by the folder that it is in."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from functools import cache
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING

from tests.docs.code_blocks import PROJECT
from tests.mutants import in_python, in_sql
from tests.mutants.same import SAME

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from pathlib import Path

    from tests.mutants.mutation import Mutation

_WORD = re.compile(r"\w+")
_TRIGGER = re.compile(r"TRIGGER .* ON \w+\.(\w+) .* EXECUTE FUNCTION \w+\.(\w+)")

# The longest path that fits counts.
TESTS: Mapping[str, tuple[str, ...]] = {
    "db/functions/base": ("ingress", "operations"),
    "db/functions/base/check_coordinates": ("baskets/test_discover",),
    "db/functions/base/back_off": ("queue/test_errors", "tasks"),
    "db/functions/base/clean_line": ("baskets/test_create",),
    "db/functions/base/measure_distance": ("baskets/test_discover",),
    "db/functions/rights": ("migrations/test_rights", "privileges", "roads", "operations"),
    "db/functions/documents": ("flows/test_documents",),
    "db/functions/webhook": ("ingress", "webhook", "identity"),
    "db/functions/webhook/claim_messages": (
        *("ingress", "webhook", "identity"),
        "handover/test_conversation",
    ),
    "db/functions/people": ("identity",),
    "db/functions/people/profiles/list_tables_": ("person",),
    "db/functions/agents": ("handover",),
    "db/functions/agents/desk/wa_desk_media": ("media/test_using", "handover"),
    "db/functions/agents/desk/wa_desk_picture": ("handover/test_pictures",),
    "db/functions/chats": (
        *("flows", "ingress", "identity"),
        *("queue/test_read_receipts", "handover/test_handing_over", "handover/test_waiting"),
    ),
    "db/functions/chats/handover": ("handover", "flows"),
    "db/functions/chats/states/merge_": ("identity", "handover"),
    "db/functions/registry": (
        *("flows/test_declar", "flows/test_problems"),
        *("flows/test_folders", "flows/test_kinds"),
    ),
    "db/functions/registry/find_document_": ("flows/test_documents",),
    "db/functions/replies": ("flows",),
    "db/functions/outbox": ("queue",),
    "db/functions/outbox/claim/merge_": ("identity", "queue"),
    "db/functions/outbox/lives": ("restore",),
    "db/functions/outbox/queue": ("queue", "identity"),
    "db/functions/account": (
        "queue",
        "ingress/test_foreign_numbers",
        "flows/test_other",
        "flows/test_two",
    ),
    "db/functions/alerts": ("alerts", "queue"),
    "db/functions/alerts/warn_of_waiting": ("handover/test_waiting", "alerts"),
    "db/functions/retention": ("retention",),
    "db/functions/operators": ("operations",),
    "db/functions/operators/person": ("person",),
    "db/functions/operators/status": ("operations", "queue/test_clock", "metrics"),
    "db/functions/media": ("media",),
    "db/functions/media/request_reading": ("media/test_using", "flows/insurance"),
    "db/functions/tasks": ("tasks", "flows"),
    "db/functions/workers": ("tasks",),
    "db/flows/home": ("flows",),
    "db/flows/baskets": ("baskets", "flows"),
    "db/flows/baskets/functions/erase_": ("person",),
    "db/flows/baskets/functions/export_": ("person",),
    "handler": ("webhook", "metrics"),
    "handler/rpc": ("webhook", "api_key"),
    "handler/process": ("webhook", "notifier", "alerts", "metrics"),
    "handler/process/server": ("server", "webhook"),
    "wa_webhook/media": ("media",),
    "wa_webhook/notifier": ("notifier",),
}
"""By how a path begins: folders of tests, or how the paths of test files begin."""


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
    """Return so many faults of these files; a seed draws the same again while their lines stay."""

    def lot(mutation: Mutation) -> str:
        return hashlib.sha256(f"{seed}\0{mutation.name}".encode()).hexdigest()

    return list(islice(filter(_is_one, sorted(_all_of(among), key=lot)), count))


def find_named(names: Container[str], among: list[str]) -> list[Mutation]:
    """Return the faults of these files that have these names."""
    return [one for one in _all_of(among) if one.name in names and _is_one(one)]


def find_tests(path: str) -> tuple[Path, ...]:
    """Return the test files of a file's subject. Raises KeyError for a file of no subject."""
    return _files_of(_tests_of(path))


@cache
def _files_of(subject: tuple[str, ...]) -> tuple[Path, ...]:
    tests = PROJECT / "tests"
    return tuple(
        file
        for one in subject
        for file in [*(tests / one).rglob("test_*.py"), *tests.glob(f"{one}*.py")]
    )


_KINDS_OF_LOCKS = ("lock", "order")


def subject_of(path: str, kind: str = "") -> list[str]:
    """Return the test files of a file's subject, those first that are likely to notice.

    Those whose path has most words of its own, and of equal ones those that name it, then those
    that name what calls it, and so on; the most mentions first.
    What such a kind of fault most often breaks, the order of locks, comes before all others.
    Raises KeyError for a file of no subject.
    """
    tests = PROJECT / "tests"
    name = PurePath(path).stem
    steps = _steps_to_callers(name)
    far = max(steps.values()) + 1

    def distance(file: Path) -> tuple[bool, int, int, int, Path]:
        said = Counter(_WORD.findall(file.read_text()))
        nearest = min((steps[word] for word in said if word in steps), default=far)
        mentions = sum(times for word, times in said.items() if steps.get(word) == nearest)
        shared = len(_stems(name) & _stems(str(file.relative_to(tests))))
        return file.stem != f"test_{name}", -shared, nearest, -mentions, file

    rules = [PROJECT / "tests" / "style" / "test_locks.py"] if path.endswith(".sql") else []
    ranked = sorted(find_tests(path), key=distance)
    ranked = [*rules, *ranked] if kind in _KINDS_OF_LOCKS else [*ranked, *rules]
    return [str(file.relative_to(PROJECT)) for file in ranked]


def _stems(name: str) -> set[str]:
    """Return how the words of a name begin, the same for one and for many."""
    return {word[:5] for word in re.findall(r"[a-z]{4,}", name)} - {"test", "step"}


def _tests_of(path: str) -> tuple[str, ...]:
    folders = [folder for folder in TESTS if path.startswith(folder)]
    if folders:
        return TESTS[max(folders, key=len)]
    if path.startswith("db/flows/"):
        # One that is installed only when asked for has tests of its own, and no others have it.
        return (f"flows/{PurePath(path).parts[2]}",)
    raise KeyError(path)


def _steps_to_callers(name: str) -> dict[str, int]:
    """Return what leads to this routine or module, by how many calls away it is.

    Routines and modules by name; a table leads to the functions of its triggers.
    """
    steps = {name: 0}
    latest = {name}
    while latest:
        callers = {caller for caller, words in _words().items() if words & latest} - steps.keys()
        steps |= dict.fromkeys(callers, max(steps.values()) + 1)
        latest = callers
    return steps


@cache
def _words() -> dict[str, set[str]]:
    """Return by routine, module or table what its text names."""
    texts = ((PurePath(path).stem, (PROJECT / path).read_text()) for path in find_files())
    words = {stem: set(_WORD.findall(text)) for stem, text in texts}
    for table, function in _TRIGGER.findall((PROJECT / "db" / "schema.sql").read_text()):
        words.setdefault(table, set()).add(function)
    return words


def _all_of(paths: list[str]) -> Iterator[Mutation]:
    for path in paths:
        yield from _find_mutations(path, (PROJECT / path).read_text())


@cache
def _find_mutations(path: str, text: str) -> tuple[Mutation, ...]:
    finder = in_sql if path.endswith(".sql") else in_python
    return tuple(finder.find_mutations(path, text))


def _is_one(mutation: Mutation) -> bool:
    can_be_read = mutation.path.endswith(".py") or in_sql.parses(mutation.mutated)
    return can_be_read and mutation.is_as not in SAME
