"""How a command takes tables over, or says what is in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from wa_webhook.adoption import adopt
from wa_webhook.cli.errors import fail

if TYPE_CHECKING:
    from wa_webhook.adoption import Adoption
    from wa_webhook.migrate import Migrator


def adopt_or_exit(migrator: Migrator, *, dry_run: bool, err: bool = False) -> Adoption:
    """Adopt, and print what is done, to standard error where `err` is set.

    Where something is in the way it is printed with its mend, and the command exits with 1.
    """
    adoption = adopt(migrator, dry_run=dry_run)
    for conflict in adoption.conflicts:
        typer.echo(str(conflict), err=True)
    if adoption.conflicts:
        fail(f"nothing is changed: {len(adoption.conflicts)} in the way")
    for line in adoption.done:
        typer.echo(line, err=err)
    return adoption
