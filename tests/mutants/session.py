"""A session of pytest that tries many faults in routines, one after another, on one server.

`python -m tests.mutants.session FILE DESCRIPTOR ARGUMENT...`: the file has path, text, mutated text
and tests of each fault; the descriptor takes a line for each; the arguments are pytest's.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.mutants.verdict import Trial, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.mutants.template import Template

VERSION = 18


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
        # Imported later than pytest does it, so that pytest can rewrite their assertions: those of
        # its plugins, which wa_webhook has one of, included.
        from tests.fixtures.clusters import TEMPLATE
        from tests.fixtures.servers import server_of
        from tests.mutants.template import Template

        if session.testsfailed:
            raise session.Interrupted("tests cannot be collected")
        template = Template(server_of(session.config, VERSION), TEMPLATE)
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
        self, fault: dict[str, Any], items: Sequence[pytest.Item], template: Template
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


def main() -> int:
    """Return the exit code of pytest."""
    file, descriptor, *arguments = sys.argv[1:]
    session = Session(json.loads(Path(file).read_text()), int(descriptor))
    return pytest.main(arguments, plugins=[session])


if __name__ == "__main__":
    sys.exit(main())
