"""What the desk is told by its environment."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Self

from pydantic import Field, SecretStr, model_validator

from handler.process.environment import (
    AsciiSecret,
    ConnectionString,
    DatabaseOptions,
    HttpUrl,
    MetricsSettings,
    OptionalPort,
    ProcessSettings,
)
from wa_webhook.console.people import PeopleError, Role, read_people
from wa_webhook.media.settings import MediaSettings
from wa_webhook.pages.app import LOOPBACK

if TYPE_CHECKING:
    from wa_webhook.console.people import Known


class ConsoleConnections(ProcessSettings):
    """A connection for each role that may sign in."""

    wa_console_reader_database_url: ConnectionString | None = None
    wa_console_agent_database_url: ConnectionString | None = None
    wa_console_operator_database_url: ConnectionString | None = None

    @property
    def database_urls(self) -> dict[Role, str]:
        """The connection strings of the roles that have one."""
        urls = {
            Role.READER: self.wa_console_reader_database_url,
            Role.AGENT: self.wa_console_agent_database_url,
            Role.OPERATOR: self.wa_console_operator_database_url,
        }
        return {role: url.get_secret_value() for role, url in urls.items() if url is not None}


class ConsoleSettings(ConsoleConnections, DatabaseOptions, MediaSettings, MetricsSettings):
    """What `wa-webhook console` needs: a connection for each role, and who may sign in."""

    wa_console_host: str = Field("127.0.0.1", min_length=1)
    wa_console_port: int = Field(8003, ge=0, le=65535)
    wa_console_hosts: str = Field("", pattern=r"^[\w.:\[\]-]*(\s*,\s*[\w.:\[\]-]+)*$")
    """Names by which browsers ask for it, beside the loopback's, without ports: commas between."""
    wa_console_people: SecretStr = SecretStr("")
    """Entries that `wa-webhook console --person` makes, separated by commas."""
    wa_console_session_seconds: float = Field(43_200, ge=60, le=2_592_000)
    wa_console_failed_sign_ins: int = Field(10, ge=1, le=1000)
    """In a quarter of an hour for one name; for one address five times as many."""
    wa_console_trusts_proxy: bool = False
    """Whether X-Forwarded-For says whose address a request is of: its last entry."""
    wa_console_jwks: str | None = None
    """A file or a URL; none: that of SUPABASE_URL."""
    supabase_url: HttpUrl | None = None
    wa_supabase_publishable_key: AsciiSecret | None = None
    wa_jwt_secret: SecretStr | None = None
    """Of a Supabase project that still signs with HS256."""
    wa_listen_database_url: ConnectionString | None = None
    """A direct connection for LISTEN, when the others lead to a pooler."""
    wa_metrics_port: OptionalPort = 9467

    @property
    def people(self) -> dict[str, Known]:
        """Who signs in with a password of ours, by name."""
        return read_people(self.wa_console_people.get_secret_value())

    @property
    def hosts(self) -> list[str]:
        """The names by which it may be asked for."""
        named = [one.strip() for one in self.wa_console_hosts.split(",")]
        return [*LOOPBACK, *filter(None, named)]

    @property
    def has_supabase(self) -> bool:
        """Whether Supabase Auth may vouch for people."""
        return bool(self.supabase_url or self.wa_console_jwks or self.wa_jwt_secret)

    @model_validator(mode="after")
    def _somebody_can_come_in(self) -> Self:
        try:
            people = self.people
        except PeopleError as error:
            raise ValueError(f"WA_CONSOLE_PEOPLE: {error}") from None
        if not self.database_urls:
            raise ValueError(
                "WA_CONSOLE_AGENT_DATABASE_URL: is not set, nor is that of READER or OPERATOR"
            )
        for known in people.values():
            if (role := known.person.role) not in self.database_urls:
                name = f"WA_CONSOLE_{role.upper()}_DATABASE_URL"
                raise ValueError(f"{name}: is not set, and WA_CONSOLE_PEOPLE has a {role}")
        if not people and not self.has_supabase:
            raise ValueError("WA_CONSOLE_PEOPLE: is not set, nor is SUPABASE_URL: who may sign in?")
        return self

    @model_validator(mode="after")
    def _others_ask_by_a_name(self) -> Self:
        if not is_loopback(self.wa_console_host) and not self.wa_console_hosts:
            raise ValueError(
                "WA_CONSOLE_HOSTS: is not set, and WA_CONSOLE_HOST is not the loopback: by which"
                " name do browsers ask for it?"
            )
        return self


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches an address or name, without a port."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
