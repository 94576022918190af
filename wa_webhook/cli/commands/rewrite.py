"""`wa-webhook rewrite`: SQL that is written with the default names, with the chosen ones."""

from pathlib import Path
from typing import Annotated

import typer

from wa_webhook.cli.names import names_or_exit
from wa_webhook.naming.rewriting import Rewriter


def rewrite(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file of SQL.")],
) -> None:
    """Print SQL of this project with the names that the environment chooses, for psql to run."""
    sql = file.read_text(encoding="utf-8")
    typer.echo(Rewriter(names_or_exit()).rewrite(sql), nl=False)
