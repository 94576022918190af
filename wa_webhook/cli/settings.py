"""How a command reports settings that are missing or wrong, and options that stand for settings."""

from typing import Annotated, TypeVar

import typer

from handler.process.environment import (
    MetricsSettings,
    SettingsError,
    SettingsT,
    load_settings,
)

MetricsPort = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65535,
        help="Serve GET /metrics on this port alone, as WA_METRICS_PORT does; 0 takes a free one.",
    ),
]
MetricsSettingsT = TypeVar("MetricsSettingsT", bound=MetricsSettings)


def settings_or_exit(settings_class: type[SettingsT]) -> SettingsT:
    """Return the settings, or print one line for each problem and exit with 2."""
    try:
        return load_settings(settings_class)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def with_metrics_port(settings: MetricsSettingsT, port: int | None) -> MetricsSettingsT:
    """Return the settings with the port of the command line, if there was one."""
    return settings if port is None else settings.model_copy(update={"wa_metrics_port": port})
