"""`wa-webhook doctor`: would this environment work, and how to mend it."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from wa_webhook.doctor.check import Check, Outcome
from wa_webhook.doctor.configuration import Process
from wa_webhook.doctor.examination import examine, is_well

_STYLES = {Outcome.OK: "green", Outcome.WARN: "yellow", Outcome.FAIL: "red", Outcome.SKIP: "dim"}


def doctor(
    *,
    process: Annotated[
        Process | None,
        typer.Option(
            "--as",
            help="Whose environment this is. Default: by the role in WA_DATABASE_URL.",
            show_default=False,
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(help="The webhook's public address, to call it.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check settings, database, rights, migrations, clocks, Graph token and webhook.

    Changes nothing and sends no message. Exits with 1 when something fails.
    """
    examined, checks = examine(process, url)
    if as_json:
        answer = {"process": examined, "is_well": is_well(checks)}
        typer.echo(json.dumps(answer | {"checks": [asdict(check) for check in checks]}, indent=2))
    else:
        _print(examined, checks)
    raise typer.Exit(0 if is_well(checks) else 1)


def _print(process: Process, checks: list[Check]) -> None:
    console = Console(highlight=False)
    console.print(f"as {process}", style="bold")
    for check in checks:
        mark = (f"{check.outcome:<5}", _STYLES[check.outcome])
        # Unbroken, so that a command can be copied.
        console.print(Text.assemble(mark, f"{check.name:<14}{check.message}"), soft_wrap=True)
        if check.mend:
            console.print(Text(f"{'':<19}{check.mend}"), soft_wrap=True)
