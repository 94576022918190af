"""How a command reports settings that are missing or wrong, and options that stand for settings."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

import typer

from handler.process.businesses import Business, load_businesses
from handler.process.connection_string import check_connection_string
from handler.process.environment import SettingsError, SettingsT, load_settings
from handler.process.listening import PortRefusedError
from wa_webhook.media.settings import ExtraMissingError, MediaSettings, open_store
from wa_webhook.media.store import MediaStore
from wa_webhook.settings import DatabaseSettings

MetricsPort = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65535,
        help="Port of GET /metrics; default: WA_METRICS_PORT. 0 takes a free one.",
        show_default=False,
    ),
]


def database_url_or_exit(option: str | None) -> str:
    """Return the connection string of `--database-url`, or else of WA_DATABASE_URL.

    Prints what is wrong with it and exits with 2.
    """
    if option is None:
        return settings_or_exit(DatabaseSettings).wa_database_url.get_secret_value()
    try:
        check_connection_string(option)
    except ValueError as error:
        typer.echo(f"--database-url: {error}", err=True)
        raise typer.Exit(2) from None
    return option


def settings_or_exit(settings_class: type[SettingsT]) -> SettingsT:
    """Return the settings, or print one line for each problem and exit with 2."""
    try:
        return load_settings(settings_class)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def businesses_or_exit(
    settings_class: type[SettingsT], process: str, given: Mapping[str, object]
) -> Sequence[Business[SettingsT]]:
    """Return the businesses of a process, with the options that were given, by field name.

    Prints one line for each problem and exits with 2.
    """
    try:
        businesses = load_businesses(settings_class, process)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    return [replace(one, settings=with_options(one.settings, given)) for one in businesses]


def store_or_exit(settings: MediaSettings) -> MediaStore | None:
    """Return the media store, None where there is to be none; without its library exit with 2."""
    try:
        return open_store(settings)
    except ExtraMissingError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


@contextlib.contextmanager
def ports_or_exit() -> Iterator[None]:
    """Run the block; where a port cannot be had, print which and the way out, and exit with 1."""
    try:
        yield
    except PortRefusedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def with_options(settings: SettingsT, given: Mapping[str, object]) -> SettingsT:
    """Return the settings with the options of the command line that were given, by field name."""
    return settings.model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
