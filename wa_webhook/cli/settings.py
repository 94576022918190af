"""How a command reports settings that are missing or wrong, and options that stand for settings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated

import typer

from handler.process.businesses import Business, load_businesses
from handler.process.connection_string import check_connection_string
from handler.process.environment import SettingsError, SettingsT, load_settings
from wa_webhook.cli.errors import exit_on, fail
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
        fail(f"--database-url: {error}", 2)
    return option


def settings_or_exit(settings_class: type[SettingsT]) -> SettingsT:
    """Return the settings, or print one line for each problem and exit with 2."""
    with exit_on(SettingsError, code=2):
        return load_settings(settings_class)


def businesses_or_exit(
    settings_class: type[SettingsT], process: str, given: Mapping[str, object]
) -> Sequence[Business[SettingsT]]:
    """Return the businesses of a process, with the options that were given, by field name.

    Prints one line for each problem and exits with 2.
    """
    with exit_on(SettingsError, code=2):
        businesses = load_businesses(settings_class, process)
    return [replace(one, settings=with_options(one.settings, given)) for one in businesses]


def store_or_exit(settings: MediaSettings) -> MediaStore | None:
    """Return the media store, None where there is to be none; without its library exit with 2."""
    with exit_on(ExtraMissingError, code=2):
        return open_store(settings)


def media_store_or_exit() -> MediaStore:
    """Return the media store of the environment; without one, or its library, exit with 2."""
    store = store_or_exit(settings_or_exit(MediaSettings))
    if store is None:
        fail("WA_MEDIA_STORE: is not set", 2)
    return store


def with_options(settings: SettingsT, given: Mapping[str, object]) -> SettingsT:
    """Return the settings with the options of the command line that were given, by field name."""
    return settings.model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
