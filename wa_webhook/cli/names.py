"""The options that choose names, and how a command reports names that cannot be used."""

from typing import Annotated

import typer

from wa_webhook.cli.settings import settings_or_exit
from wa_webhook.naming.names import Names, NamesError
from wa_webhook.naming.rewriting import Rewriter
from wa_webhook.naming.settings import NamesSettings

_PANEL = "Names, from the first run on"

SchemaName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Default: WA_DATABASE_ and the same name, such as WA_DATABASE_SCHEMA.",
        show_default=False,
        rich_help_panel=_PANEL,
    ),
]
RoleName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Default: the variable of the same name, such as WA_EDGE_ROLE.",
        show_default=False,
        rich_help_panel=_PANEL,
    ),
]


def names_or_exit(**options: str | None) -> Names:
    """Return the names of options and environment, or print each problem and exit with 2."""
    try:
        return Rewriter(settings_or_exit(NamesSettings).names(**options)).names
    except NamesError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
