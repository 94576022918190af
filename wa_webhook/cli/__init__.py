"""The command line `wa-webhook`: a module of `commands` for each, imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version as version_of
from typing import Annotated, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

_NAMES = (
    "init",
    "serve",
    "migrate",
    "post",
    "demo",
    "dev",
    "emulate",
    "say",
    "notify",
    "work",
    "console",
    "status",
    "doctor",
    "replay",
    "history",
    "export",
    "remove",
    "extension",
    "key",
    "rewrite",
    "person",
    "flows",
    "numbers",
    "media",
    "meta",
)


class _Group(TyperGroup):
    """The commands: only the one that runs has to bring what it needs."""

    def list_commands(self, ctx: object) -> list[str]:
        return list(_NAMES)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        # What is no command is looked for among all, so that it can be told which was meant.
        for name in [cmd_name] if cmd_name in _NAMES else _NAMES:
            if name not in self.commands:
                self.commands[name] = _load(name)
        return cast("TyperCommand | TyperGroup | None", self.commands.get(cmd_name))


def _load(name: str) -> TyperCommand | TyperGroup:
    module = import_module(f"{__name__}.commands.{name}")
    if hasattr(module, "app"):
        group = get_group(module.app)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False)
    alone.command(name)(getattr(module, name))
    return cast("TyperCommand", get_command(alone))


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A WhatsApp webhook for Supabase.",
)


def _print_version(is_asked_for: bool) -> None:
    if is_asked_for:
        typer.echo(f"wa-webhook {version_of('wa-webhook')}")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take the options that belong to no command."""
