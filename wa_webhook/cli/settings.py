"""How a command reports settings that are missing or wrong, and options that stand for settings."""

from collections.abc import Mapping
from typing import Annotated

import typer

from handler.process.environment import SettingsError, SettingsT, load_settings

MetricsPort = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65535,
        help="Serve GET /metrics on this port alone, as WA_METRICS_PORT does; 0 takes a free one.",
    ),
]


def settings_or_exit(settings_class: type[SettingsT]) -> SettingsT:
    """Return the settings, or print one line for each problem and exit with 2."""
    try:
        return load_settings(settings_class)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def with_options(settings: SettingsT, given: Mapping[str, object]) -> SettingsT:
    """Return the settings with the options of the command line that were given, by field name."""
    return settings.model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
