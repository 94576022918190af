"""What the webhook is told by its environment."""

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from handler.process.businesses import BusinessesSettings
from handler.process.environment import (
    AlertSettings,
    AsciiSecret,
    ConnectionString,
    DatabaseOptions,
    HttpUrl,
    MetricsSettings,
    OptionalPort,
    ProcessSettings,
    Secrets,
    listed,
)
from handler.process.server import Limits

MEBIBYTE = 1024 * 1024


class SigningSettings(ProcessSettings):
    """The app secrets, comma-separated while one replaces another."""

    wa_app_secret: Secrets

    @property
    def app_secrets(self) -> tuple[bytes, ...]:
        """The keys that a signature may be made with, the first being the newest."""
        return tuple(secret.encode() for secret in listed(self.wa_app_secret))


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


class HttpSettings(ProcessSettings):
    """What a client may cost before its webhook is verified."""

    wa_host: str = Field("127.0.0.1", min_length=1)
    wa_port: int = Field(8000, ge=0, le=65535)
    wa_webhook_max_bytes: int = Field(3 * MEBIBYTE, ge=1024, le=64 * MEBIBYTE)
    wa_http_head_bytes: int = Field(Limits.head_bytes, ge=4096, le=MEBIBYTE)
    wa_http_head_seconds: float = Field(Limits.head_seconds, gt=0, le=600)
    wa_http_body_seconds: float = Field(Limits.body_seconds, gt=0, le=600)
    wa_http_idle_seconds: float = Field(Limits.idle_seconds, gt=0, le=3600)
    wa_http_connections: int = Field(Limits.connections, ge=8, le=65536)
    wa_http_unverified_bytes: int = Field(Limits.body_bytes, ge=MEBIBYTE, le=1024 * MEBIBYTE)
    wa_http_grace_seconds: float = Field(Limits.grace_seconds, ge=0, le=600)

    @field_validator("wa_http_unverified_bytes")
    @classmethod
    def _the_largest_webhook_has_room(cls, size: int, others: ValidationInfo) -> int:
        if size < others.data.get("wa_webhook_max_bytes", 0):
            raise ValueError("must be WA_WEBHOOK_MAX_BYTES at least")
        return size

    @property
    def limits(self) -> Limits:
        """The server's limits."""
        return Limits(
            head_bytes=self.wa_http_head_bytes,
            head_seconds=self.wa_http_head_seconds,
            body_bytes=self.wa_http_unverified_bytes,
            body_seconds=self.wa_http_body_seconds,
            idle_seconds=self.wa_http_idle_seconds,
            connections=self.wa_http_connections,
            grace_seconds=self.wa_http_grace_seconds,
        )


class WebhookSettings(
    SigningSettings,
    SupabaseSettings,
    DatabaseOptions,
    VerificationSettings,
    HttpSettings,
    MetricsSettings,
    SnapshotSettings,
    AlertSettings,
    BusinessesSettings,
):
    """What `wa-webhook serve` needs: a connection of its own, or an API key."""

    wa_database_url: ConnectionString | None = Field(None, validate_default=True)
    wa_metrics_port: OptionalPort = 9464
    wa_webhook_batch_size: int = Field(32, ge=1, le=1000)

    @field_validator("wa_database_url")
    @classmethod
    def _there_is_a_way_in(cls, url: SecretStr | None, others: ValidationInfo) -> SecretStr | None:
        api = ("supabase_url", "wa_supabase_service_role_key")
        if url is None and not all(others.data.get(name) for name in api):
            raise ValueError("is not set, nor are SUPABASE_URL and WA_SUPABASE_SERVICE_ROLE_KEY")
        return url
