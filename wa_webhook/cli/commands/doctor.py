"""`wa-webhook doctor`: would this environment work, and how to mend it."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from wa_webhook.cli.checks import print_checks
from wa_webhook.doctor.configuration import Process
from wa_webhook.doctor.examination import examine, is_well


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
        print_checks(checks, f"as {examined}")
    raise typer.Exit(0 if is_well(checks) else 1)
