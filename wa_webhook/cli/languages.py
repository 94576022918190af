"""The option of the commands that write flows, and what they say of texts to be translated."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from wa_webhook.scaffold import find_untranslated

LanguagesOption = Annotated[
    str,
    typer.Option(
        "--languages",
        metavar="LIST",
        help="What it speaks, such as en,es: the first is what people read until they choose.",
    ),
]


def tell_of_made(made: Sequence[Path]) -> None:
    """Say what was written, and what of it is to be translated."""
    for path in made:
        typer.echo(f"wrote {path}")
    for language in find_untranslated(made):
        typer.echo(f"To be translated: what begins with [{language}].")
