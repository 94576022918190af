"""The options that choose names, and how a command reports names that cannot be used."""

from __future__ import annotations

import inspect
from dataclasses import fields
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from wa_webhook.cli.errors import exit_on
from wa_webhook.cli.settings import settings_or_exit
from wa_webhook.naming.names import Names, NamesError, variable_of
from wa_webhook.naming.rewriting import Rewriter
from wa_webhook.naming.settings import NamesSettings

if TYPE_CHECKING:
    from collections.abc import Callable

_PANEL = "Names, from the first run on"
_OPTIONS = tuple(one.name for one in fields(Names))

ResultT = TypeVar("ResultT")


def with_names(command: Callable[..., ResultT]) -> Callable[..., ResultT]:
    """Give a command an option for each name; it gets them all as its argument `names`.

    Prints each problem of names that cannot be used and exits with 2.
    """

    @wraps(command)
    def with_options(**given: Any) -> ResultT:  # noqa: ANN401 (whatever else the command takes)
        chosen = {name: given.pop(name) for name in _OPTIONS}
        return command(names=names_or_exit(**chosen), **given)

    # What mypy reads and typer cannot.
    del command.__annotations__["names"]
    signature = inspect.signature(command, eval_str=True)
    own = [one for one in signature.parameters.values() if one.name != "names"]
    signature = signature.replace(parameters=[*own, *map(_option, _OPTIONS)])
    with_options.__signature__ = signature  # type: ignore[attr-defined]
    with_options.__annotations__ = {
        one.name: one.annotation for one in signature.parameters.values()
    }
    return with_options


def names_or_exit(**options: str | None) -> Names:
    """Return the names of options and environment, or print each problem and exit with 2."""
    with exit_on(NamesError, code=2):
        return Rewriter(settings_or_exit(NamesSettings).names(**options)).names


def _option(name: str) -> inspect.Parameter:
    option = typer.Option(
        metavar="NAME",
        help=f"Default: {variable_of(name)}.",
        show_default=False,
        rich_help_panel=_PANEL,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[str | None, option],
    )
