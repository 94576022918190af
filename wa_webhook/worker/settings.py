"""What a worker is told by its environment."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from handler.process.environment import (
    AlertSettings,
    AsciiSecret,
    ConnectionString,
    HttpUrl,
    MetricsSettings,
    OptionalPort,
    ProcessSettings,
)
from wa_webhook.media.settings import MediaSettings
from wa_webhook.ocr.settings import OcrSettings
from wa_webhook.settings import DatabaseSettings, GraphUrl


class TaskSettings(ProcessSettings):
    """What is done, by whom, and within which bounds."""

    wa_work_modules: str = Field("", pattern=r"^[\w.]*(\s*,\s*[\w.]+)*$")
    """Modules to import, separated by commas, beside the installed entry points."""
    wa_work_kinds: str = Field("", pattern=r"^[a-z0-9_.-]*(\s*,\s*[a-z0-9_.-]+)*$")
    """The kinds that this worker does, separated by commas; empty: all that are registered."""
    wa_work_http: str = Field("", pattern=r"^(\s*[a-z][a-z0-9_.-]*=https?://[^\s,]+\s*,?)*$")
    """Kinds that services do: kind=URL, separated by commas."""
    wa_work_http_secret: SecretStr | None = Field(None, min_length=16)
    """What these services know the requests by, and we know their later answers by."""
    wa_work_answer_url: HttpUrl | None = None
    """Where these services reach WA_WORK_ANSWER_PORT when they answer later; none: they may not."""
    wa_work_answer_host: str = Field("127.0.0.1", min_length=1)
    wa_work_answer_port: OptionalPort = 8002
    """`off` (here None) for a worker whose services another one hears."""
    wa_work_answer_seconds: float = Field(3600, ge=1, le=2_592_000)
    """How long a service may take; then it is asked again, unless the deadline is over."""
    wa_work_concurrency: int = Field(4, ge=1, le=1000)
    """At once of each kind that does not say so itself."""
    wa_work_timeout_seconds: float = Field(300, gt=0, le=86_400)
    wa_work_lease_seconds: float = Field(60, ge=1, le=3600)
    wa_work_poll_seconds: float = Field(1, gt=0, le=60)
    wa_work_drain_seconds: float = Field(20, ge=0, le=600)

    @model_validator(mode="after")
    def _requests_are_signed(self) -> Self:
        if self.wa_work_http_secret is None and (self.wa_work_http or self.wa_work_answer_url):
            needs = "WA_WORK_HTTP names services" if self.wa_work_http else "WA_WORK_ANSWER_URL is"
            raise ValueError(f"WA_WORK_HTTP_SECRET: is not set, and {needs}")
        return self

    @property
    def services(self) -> dict[str, str]:
        """The URL of each kind that a service does."""
        return {
            kind: url for kind, _, url in (one.partition("=") for one in _parts(self.wa_work_http))
        }

    @property
    def modules(self) -> list[str]:
        """The names of the modules."""
        return _parts(self.wa_work_modules)

    @property
    def kinds(self) -> list[str]:
        """The kinds that are wanted; none: all."""
        return _parts(self.wa_work_kinds)


class WorkerSettings(
    TaskSettings, DatabaseSettings, AlertSettings, MetricsSettings, MediaSettings, OcrSettings
):
    """What `wa-webhook work` needs: a connection as wa_worker_role, and a team's modules."""

    wa_database_url: ConnectionString = Field(SecretStr(""), validate_default=True)
    wa_metrics_port: OptionalPort = 9466
    """Not the port of `wa-webhook serve` or `notify`, which may run on the same machine."""
    wa_work_listen: bool = True
    """False where no direct connection is to be had: a pooler may not carry LISTEN."""
    wa_listen_database_url: ConnectionString | None = None
    """A direct connection for LISTEN, when WA_DATABASE_URL leads to a pooler."""
    wa_token: AsciiSecret | None = None
    """What media are fetched with: the system user's."""
    whatsapp_api_base_url: GraphUrl = "https://graph.facebook.com/v26.0"

    @field_validator("wa_database_url")
    @classmethod
    def _there_is_a_connection(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value():
            raise ValueError("is not set, and an API key does not do for a worker")
        return url

    @model_validator(mode="after")
    def _media_can_be_fetched(self) -> Self:
        if self.wa_media_store and self.wa_token is None:
            raise ValueError("WA_TOKEN: is not set, and WA_MEDIA_STORE asks for users' media")
        return self


def _parts(text: str) -> list[str]:
    return [part for one in text.split(",") if (part := one.strip())]
