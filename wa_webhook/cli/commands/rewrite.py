"""`wa-webhook rewrite`: SQL that is written with the default names, with the chosen ones."""

from pathlib import Path
from typing import Annotated

import typer

from wa_webhook.cli.errors import fail
from wa_webhook.cli.names import names_or_exit
from wa_webhook.migrate import find_db_folder
from wa_webhook.naming.rewriting import Rewriter


def rewrite(
    file: Annotated[Path, typer.Argument(help="A file of SQL: yours, or one of ours as db/….")],
) -> None:
    """Print SQL of this project with the names that the environment chooses, for psql to run."""
    if not file.exists() and file.parts[:1] == ("db",):
        file = find_db_folder().joinpath(*file.parts[1:])
    try:
        sql = file.read_text(encoding="utf-8")
    except OSError as error:
        fail(f"{file}: {error.strerror}", 2)
    typer.echo(Rewriter(names_or_exit()).rewrite(sql), nl=False)
