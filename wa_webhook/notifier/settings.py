"""What the notifier is told by its environment."""

from typing import Self

from pydantic import DirectoryPath, Field, SecretStr, field_validator, model_validator

from handler.process.businesses import BusinessesSettings
from handler.process.environment import (
    AlertSettings,
    ConnectionString,
    MetricsSettings,
    OptionalPort,
)
from wa_webhook.media.settings import MediaSettings
from wa_webhook.settings import DatabaseSettings, GraphSettings


class NotifierSettings(
    DatabaseSettings,
    AlertSettings,
    MetricsSettings,
    GraphSettings,
    MediaSettings,
    BusinessesSettings,
):
    """What `wa-webhook notify` needs: a connection, since it does not go through PostgREST."""

    wa_database_url: ConnectionString = Field(SecretStr(""), validate_default=True)
    wa_metrics_port: OptionalPort = 9465
    """Not the port of `wa-webhook serve`, which may run on the same machine."""
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
