"""How findings are shown to a person: a line each, and the next step below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from wa_webhook.doctor.check import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wa_webhook.doctor.check import Check

_STYLES = {Outcome.OK: "green", Outcome.WARN: "yellow", Outcome.FAIL: "red", Outcome.SKIP: "dim"}


def print_checks(checks: Iterable[Check], title: str = "") -> None:
    """Print them on standard output, in colour on a terminal."""
    console = Console(highlight=False)
    if title:
        console.print(title, style="bold")
    for check in checks:
        mark = (f"{check.outcome:<5}", _STYLES[check.outcome])
        # Unbroken, so that a command can be copied.
        console.print(Text.assemble(mark, f"{check.name:<14}{check.message}"), soft_wrap=True)
        if check.mend:
            console.print(Text(f"{'':<19}{check.mend}"), soft_wrap=True)
