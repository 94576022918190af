"""Settings of the processes: environment variables, read in one place and checked at start.

A field's name in capitals is its variable's name. The environment wins over `.env.local`, which
wins over `.env.production.local`, so that a machine that holds both stays on the local one.
"""

import re
from typing import Annotated, Self, TypeVar

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import (
    AfterValidator,
    DirectoryPath,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from handler.names import DEFAULT_SCHEMA, Names, derive_private_schema

ENV_FILES = (".env.production.local", ".env.local")


class SettingsError(Exception):
    """One line for each missing or wrong variable, naming it and never its value."""


def _without_trailing_slash(url: str) -> str:
    return url.rstrip("/")


def _listed(secret: SecretStr) -> tuple[str, ...]:
    return tuple(one for part in secret.get_secret_value().split(",") if (one := part.strip()))


def _holds_a_secret(secret: SecretStr) -> SecretStr:
    if not _listed(secret):
        raise ValueError("must hold at least one secret")
    return secret


def _is_one_line_of_ascii(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if not value.isascii() or not value.isprintable():
        raise ValueError("must be printable ASCII")
    return secret


def _is_connection_string(url: SecretStr) -> SecretStr:
    try:
        conninfo_to_dict(url.get_secret_value())
    except ProgrammingError:
        raise ValueError("must be a connection string or URL of PostgreSQL") from None
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

    wa_database_schema: str = Field(DEFAULT_SCHEMA, pattern=r"^[a-z_][a-z0-9_]*$", max_length=63)
    wa_database_private_schema: str = Field("", pattern=r"^([a-z_][a-z0-9_]*)?$", max_length=63)
    wa_database_pool_size: int = Field(4, ge=1, le=64)
    wa_database_prepared_statements: bool = False
    """True is faster on a direct connection; a pooler in transaction mode may not carry it."""

    @property
    def private_schema(self) -> str:
        """The schema of tables and routines that are nobody else's."""
        return self.wa_database_private_schema or derive_private_schema(self.wa_database_schema)


class NamesSettings(ProcessSettings):
    """The names that a database is migrated with, where they are not the default ones."""

    wa_database_schema: str = DEFAULT_SCHEMA
    wa_database_private_schema: str = ""
    wa_edge_role: str = Names.edge_role
    wa_notifier_role: str = Names.notifier_role
    wa_operator_role: str = Names.operator_role
    wa_runtime_role: str = Names.runtime_role
    wa_basket_owner_role: str = Names.basket_owner_role
    wa_maintenance_role: str = Names.maintenance_role

    def names(self, **options: str | None) -> Names:
        """Return the names; `options` (fields of Names) win where they are given.

        Raises NamesError.
        """
        settings = {
            "schema": self.wa_database_schema,
            "private_schema": self.wa_database_private_schema,
            "edge_role": self.wa_edge_role,
            "notifier_role": self.wa_notifier_role,
            "operator_role": self.wa_operator_role,
            "runtime_role": self.wa_runtime_role,
            "basket_owner_role": self.wa_basket_owner_role,
            "maintenance_role": self.wa_maintenance_role,
        }
        return Names(**settings | {name: one for name, one in options.items() if one is not None})


class DatabaseSettings(DatabaseOptions):
    """A connection to the database, with the credentials of the process's own role."""

    wa_database_url: ConnectionString


class BotSettings(ProcessSettings):
    """What `wa-webhook migrate` tells the database about the bot."""

    wa_bot_number_e164: str | None = Field(None, pattern=r"^\+[1-9][0-9]{6,14}$")
    """Where wa.me links lead; kept in the row bot_number_e164 of wa.settings."""


class SigningSettings(ProcessSettings):
    """The app secrets, comma-separated while one replaces another."""

    wa_app_secret: Secrets

    @property
    def app_secrets(self) -> tuple[bytes, ...]:
        """The keys that a signature may be made with, the first being the newest."""
        return tuple(secret.encode() for secret in _listed(self.wa_app_secret))


class AlertSettings(ProcessSettings):
    """Where critical failures are reported. Whoever knows the URL can write there."""

    alert_webhook_url: SecretHttpUrl | None = None
    alert_webhook_timeout_ms: int = Field(5000, ge=100, le=60_000)


class SupabaseSettings(ProcessSettings):
    """The project's API, for callers that go through PostgREST."""

    supabase_url: HttpUrl | None = None
    wa_supabase_service_role_key: AsciiSecret | None = None
    """The key of the process's own role: `wa-webhook key` mints it."""
    wa_supabase_publishable_key: AsciiSecret | None = None
    """A key of the project itself, where its gateway lets nothing else pass."""

    @property
    def role_key(self) -> str:
        """The JWT that names the role; empty when there is none."""
        key = self.wa_supabase_service_role_key
        return key.get_secret_value() if key is not None else ""

    @property
    def gateway_key(self) -> str:
        """What the gateway looks at before PostgREST looks at the role's key."""
        key = self.wa_supabase_publishable_key
        return key.get_secret_value() if key is not None else self.role_key


class JwtSettings(ProcessSettings):
    """What `wa-webhook key` signs with."""

    wa_jwt_secret: SecretStr | None = None


class MetricsSettings(ProcessSettings):
    """Who may read the metrics of a process."""

    wa_metrics_port: int | None = Field(None, ge=0, le=65535)
    """A port for nothing else, where a webhook's public one is open to everybody. 0: a free one."""
    wa_metrics_host: str = Field("127.0.0.1", min_length=1)
    wa_metrics_token: AsciiSecret | None = None


class SnapshotSettings(ProcessSettings):
    """Debugging windows."""

    wa_inbound_log_sample_rate: float = Field(0.0, ge=0, le=1)
    wa_inbound_debug_snapshot: bool = False

    @property
    def snapshot_rate(self) -> float:
        """The share of requests whose masked payload is kept in `webhook_logs`, 0 to 1."""
        return self.wa_inbound_log_sample_rate if self.wa_inbound_debug_snapshot else 0.0


class VerificationSettings(ProcessSettings):
    """What Meta shows when the callback is edited."""

    wa_verify_token: SecretStr = Field(min_length=1)


class WebhookSettings(
    SigningSettings,
    SupabaseSettings,
    DatabaseOptions,
    VerificationSettings,
    MetricsSettings,
    SnapshotSettings,
    AlertSettings,
):
    """What `wa-webhook serve` needs: a connection of its own, or an API key."""

    wa_database_url: ConnectionString | None = Field(None, validate_default=True)
    wa_webhook_max_bytes: int = Field(3 * 1024 * 1024, ge=1024, le=64 * 1024 * 1024)
    wa_webhook_batch_size: int = Field(32, ge=1, le=1000)

    @field_validator("wa_database_url")
    @classmethod
    def _there_is_a_way_in(cls, url: SecretStr | None, others: ValidationInfo) -> SecretStr | None:
        api = ("supabase_url", "wa_supabase_service_role_key")
        if url is None and not all(others.data.get(name) for name in api):
            raise ValueError("is not set, nor are SUPABASE_URL and WA_SUPABASE_SERVICE_ROLE_KEY")
        return url


class GraphSettings(ProcessSettings):
    """Meta's API: the system user's token, the business number's id, host and version."""

    wa_token: AsciiSecret
    wa_phone_id: str = Field(pattern=r"^[0-9]{1,32}$")
    whatsapp_api_base_url: HttpUrl = "https://graph.facebook.com/v26.0"


class NotifierSettings(DatabaseSettings, AlertSettings, MetricsSettings, GraphSettings):
    """What `wa-webhook notify` needs: a connection, since it does not go through PostgREST."""

    wa_database_url: ConnectionString = Field(SecretStr(""), validate_default=True)
    wa_media_folder: DirectoryPath | None = None
    """The only place that messages may take files from."""
    wa_notify_concurrency: int = Field(32, ge=1, le=1000)
    wa_notify_timeout_seconds: float = Field(30, gt=0, le=600)
    wa_notify_lease_seconds: float = Field(90, gt=0, le=3600)
    wa_notify_poll_seconds: float = Field(1, gt=0, le=60)
    wa_notify_drain_seconds: float = Field(20, ge=0, le=600)
    wa_notify_listen: bool = True
    """False where no direct connection is to be had: a pooler may not carry LISTEN."""
    wa_listen_database_url: ConnectionString | None = None
    """A direct connection for LISTEN, when WA_DATABASE_URL leads to a pooler."""

    @field_validator("wa_database_url")
    @classmethod
    def _there_is_a_connection(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value():
            raise ValueError("is not set, and an API key does not do for the notifier")
        return url

    @model_validator(mode="after")
    def _lease_outlives_a_send(self) -> Self:
        if self.wa_notify_lease_seconds < self.wa_notify_timeout_seconds + 1:
            raise ValueError(
                "WA_NOTIFY_LEASE_SECONDS must exceed WA_NOTIFY_TIMEOUT_SECONDS by 1 or more"
            )
        return self


SettingsT = TypeVar("SettingsT", bound=ProcessSettings)


def load_settings(settings_class: type[SettingsT]) -> SettingsT:
    """Read the settings of one process.

    Raises SettingsError, with one line for each variable that is missing or wrong.
    """
    try:
        return settings_class()
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
    raise SettingsError(
        "\n".join(_line(".".join(map(str, one["loc"])).upper(), one["msg"]) for one in problems)
    )


def _line(variable: str, message: str) -> str:
    problem = "is not set" if message == "Field required" else message.removeprefix("Value error, ")
    return f"{variable}: {problem}" if variable else problem
