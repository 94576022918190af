"""A session of pytest that tries many faults in routines, one after another, on one server.

`python -m tests.mutants.session FILE DESCRIPTOR ARGUMENT...`: the file has path, text, mutated text
and tests of each fault; the descriptor takes a line for each; the arguments are pytest's.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.mutants.verdict import Trial, Verdict
from wa_webhook.dev.postgres import MIGRATING_ROLE, SUPERUSER, LocalPostgres
from wa_webhook.migrate.files import SqlFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VERSION = 18

_SOUND = "template_sound"


class Session:
    """The plugin.

    For each fault it brings the template of all test databases to the file with the fault, runs the
    tests that are to notice until one fails, and runs that one again without the fault.
    """

    def __init__(self, faults: Sequence[dict[str, Any]], descriptor: int) -> None:
        self._faults = faults
        self._descriptor = descriptor
        self._any_failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember that something failed: setup, test or teardown."""
        self._any_failed |= report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every fault instead of running the tests as they come."""
        # Imported later than pytest does it, so that pytest can rewrite their assertions.
        from tests.fixtures.clusters import TEMPLATE
        from tests.fixtures.postgres import server_of

        if session.testsfailed:
            raise session.Interrupted("tests cannot be collected")
        template = _Template(server_of(session.config, VERSION), TEMPLATE)
        by_file: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            by_file.setdefault(item.nodeid.partition("::")[0], []).append(item)
        for fault in self._faults:
            begin = time.monotonic()
            items = [item for test in fault["tests"] for item in by_file.get(test, [])]
            verdict, by = self._try(fault, items, template)
            told = json.dumps(Trial(verdict, by, time.monotonic() - begin))
            os.write(self._descriptor, f"{told}\n".encode())
        session.testsfailed = 0
        return True

    def _try(
        self, fault: dict[str, Any], items: Sequence[pytest.Item], template: _Template
    ) -> tuple[Verdict, str]:
        with template.changed(fault) as refusal:
            if refusal:
                return Verdict.NOTICED, refusal
            failed = self._first_failed(items)
        if failed is None:
            return Verdict.SURVIVED, ""
        fails_always = self._first_failed([failed]) is not None
        return Verdict.UNSOUND if fails_always else Verdict.NOTICED, failed.nodeid

    def _first_failed(self, items: Sequence[pytest.Item]) -> pytest.Item | None:
        self._any_failed = False
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._any_failed:
                # What it shares with others is to be made again for the next one.
                item.session._setupstate.teardown_exact(None)
                return item
        return None


class _Template:
    """The database that the tests' databases are copies of."""

    def __init__(self, server: LocalPostgres, name: str) -> None:
        self._server = server
        self._name = name
        self._copy(name, _SOUND)

    @contextmanager
    def changed(self, fault: dict[str, Any]) -> Iterator[str]:
        """Have the fault in the file and the template; gives why PostgreSQL refuses it, or ''."""
        file = Path(fault["path"])
        file.write_text(fault["mutated"])
        try:
            yield self._refusal_of(fault)
        finally:
            file.write_text(fault["text"])
            with psycopg.connect(self._server.url(SUPERUSER), autocommit=True) as superuser:
                superuser.execute(f"drop database {self._name}")
            self._copy(_SOUND, self._name)

    def _refusal_of(self, fault: dict[str, Any]) -> str:
        path = fault["path"].removeprefix("db/")
        checksum = SqlFile(path, fault["mutated"]).checksum
        try:
            with psycopg.connect(self._server.url(SUPERUSER, self._name)) as superuser:
                superuser.execute(fault["mutated"])
                # Nothing is to be pending.
                superuser.execute(
                    "update wa.applied_files set checksum = %s where path = %s", (checksum, path)
                )
        except psycopg.Error as error:
            return f"PostgreSQL: {error}"
        return ""

    def _copy(self, template: str, name: str) -> None:
        with psycopg.connect(self._server.url(SUPERUSER), autocommit=True) as superuser:
            superuser.execute(
                f"create database {name} template {template}"
                f" strategy file_copy owner {MIGRATING_ROLE}"
            )


def main() -> int:
    """Return the exit code of pytest."""
    file, descriptor, *arguments = sys.argv[1:]
    session = Session(json.loads(Path(file).read_text()), int(descriptor))
    return pytest.main(arguments, plugins=[session])


if __name__ == "__main__":
    sys.exit(main())
