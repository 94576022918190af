"""How a command reports settings that are missing or wrong."""

import typer

from handler.settings import SettingsError, SettingsT, load_settings


def settings_or_exit(settings_class: type[SettingsT]) -> SettingsT:
    """Return the settings, or print one line for each problem and exit with 2."""
    try:
        return load_settings(settings_class)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
