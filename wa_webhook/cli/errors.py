"""How a command that cannot go on says why: on standard error, without a traceback."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator


def fail(problem: object, code: int = 1) -> NoReturn:
    """Print what is wrong and exit with `code`."""
    typer.echo(str(problem).strip(), err=True)
    raise typer.Exit(code) from None


@contextlib.contextmanager
def exit_on(*errors: type[Exception], code: int = 1) -> Iterator[None]:
    """Run the block; where it raises one of these errors, print that and exit with `code`."""
    try:
        yield
    except errors as error:
        fail(error, code)
