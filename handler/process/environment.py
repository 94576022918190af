"""How every process reads its settings: environment variables, checked at start.

A field's name in capitals is its variable's name. The environment wins over `.env.local`, which
wins over `.env.production.local`, so that a machine that holds both stays on the local one.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from handler.process.connection_string import check_connection_string

ENV_FILES = (".env.production.local", ".env.local")


class SettingsError(Exception):
    """One line for each missing or wrong variable, naming it and never its value."""


def _without_trailing_slash(url: str) -> str:
    return url.rstrip("/")


def listed(secret: SecretStr) -> tuple[str, ...]:
    """Return the parts of a comma-separated secret, without blanks."""
    return tuple(one for part in secret.get_secret_value().split(",") if (one := part.strip()))


def _holds_a_secret(secret: SecretStr) -> SecretStr:
    if not listed(secret):
        raise ValueError("must hold at least one secret")
    return secret


def _is_one_line_of_ascii(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if not value.isascii() or not value.isprintable():
        raise ValueError("must be printable ASCII")
    return secret


def _is_connection_string(url: SecretStr) -> SecretStr:
    check_connection_string(url.get_secret_value())
    return url


def _is_http_url(url: SecretStr) -> SecretStr:
    if not re.match(r"https?://[^\s/]+\S*$", url.get_secret_value()):
        raise ValueError("must be an http or https URL")
    return url


HttpUrl = Annotated[
    str, Field(pattern=r"^https?://[^\s/]+[^\s]*$"), AfterValidator(_without_trailing_slash)
]
Secrets = Annotated[SecretStr, AfterValidator(_holds_a_secret)]
SecretHttpUrl = Annotated[SecretStr, AfterValidator(_is_http_url)]
ConnectionString = Annotated[SecretStr, AfterValidator(_is_connection_string)]
AsciiSecret = Annotated[SecretStr, AfterValidator(_is_one_line_of_ascii)]
OptionalPort = Annotated[
    Annotated[int, Field(ge=0, le=65535)] | None,
    BeforeValidator(lambda port: None if port == "off" else port),
]


class ProcessSettings(BaseSettings):
    """What every process may read; subclasses add what one process needs."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILES,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )


class DatabaseOptions(ProcessSettings):
    """How a process uses the database, however it gets there."""

    wa_database_schema: str = Field("public", pattern=r"^[a-z_][a-z0-9_]*$", max_length=63)
    wa_database_pool_size: int = Field(4, ge=1, le=64)
    wa_database_prepared_statements: bool = False
    """True is faster on a direct connection; a pooler in transaction mode may not carry it."""


class AlertSettings(ProcessSettings):
    """Where critical failures are reported. Whoever knows the URL can write there."""

    alert_webhook_url: SecretHttpUrl | None = None
    alert_webhook_timeout_ms: int = Field(5000, ge=100, le=60_000)


class MetricsSettings(ProcessSettings):
    """Who may read the metrics of a process."""

    wa_metrics_port: OptionalPort = None
    """0 takes a free one, and `off` (here None) none."""
    wa_metrics_host: str = Field("127.0.0.1", min_length=1)
    wa_metrics_token: AsciiSecret | None = None


SettingsT = TypeVar("SettingsT", bound=ProcessSettings)


def load_settings(
    settings_class: type[SettingsT], given: Mapping[str, Any] = MappingProxyType({})
) -> SettingsT:
    """Read the settings of one process; `given`, by field, wins over the environment.

    Raises SettingsError, with one line for each variable that is missing or wrong.
    """
    try:
        return settings_class(**given)
    except ValidationError as error:
        lines = lines_of(error, str.upper)
    raise SettingsError("\n".join(lines))


def lines_of(error: ValidationError, spell: Callable[[str], str] = str) -> list[str]:
    """Return a line for each problem: its place, as it is spelled, and never the value there."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return [_line(spell(".".join(map(str, one["loc"]))), one["msg"]) for one in problems]


def _line(place: str, message: str) -> str:
    problem = "is not set" if message == "Field required" else message.removeprefix("Value error, ")
    return f"{place}: {problem}" if place else problem
