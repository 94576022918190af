"""What commands and the notifier are told by their environment, beside what the webhook is."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from handler.process.environment import (
    AsciiSecret,
    ConnectionString,
    DatabaseOptions,
    HttpUrl,
    ProcessSettings,
)


class DatabaseSettings(DatabaseOptions):
    """A connection to the database, with the credentials of the process's own role."""

    wa_database_url: ConnectionString


_META_ID = r"^[0-9]{1,32}$"
_VERSION = re.compile(r"/v[0-9]+\.[0-9]+$")


def _ends_with_a_version(url: str) -> str:
    if _VERSION.search(url) is None:
        raise ValueError("holds host and version, such as https://graph.facebook.com/v26.0")
    return url


GraphUrl = Annotated[HttpUrl, AfterValidator(_ends_with_a_version)]
"""Where Meta's API is, with the version in which it is spoken: every path begins behind it."""


class BotSettings(ProcessSettings):
    """What `wa-webhook migrate` tells the database about the bot and its number."""

    wa_bot_number_e164: str | None = Field(None, pattern=r"^\+[1-9][0-9]{6,14}$")
    """Where wa.me links lead; kept in the row bot_number_e164 of wa.settings."""
    wa_phone_id: str | None = Field(None, pattern=_META_ID)
    """The business number, by Meta's id; kept as a row of wa.numbers."""
    wa_waba_id: str | None = Field(None, pattern=_META_ID)
    """The WhatsApp business account that the number belongs to."""


class FlowSettings(ProcessSettings):
    """Which flows a database gets beside those that every one has, and without which of them."""

    wa_flows: Path | None = None
    wa_with: str = Field("", pattern=r"^[a-z0-9_, ]*$")
    """Names of flows that ship and are installed only when asked for, separated by commas."""
    wa_without: str = Field("", pattern=r"^[a-z0-9_, ]*$")
    """Names of flows, separated by commas."""

    def folder(self, project: Path = Path()) -> Path | None:
        """Return the folder of a team's flows: WA_FLOWS, else flows/ of its project.

        None where that holds no flow: others have folders of that name, too.
        """
        beside = project / "flows"
        if self.wa_flows is not None or not any(beside.glob("*/flow.sql")):
            return self.wa_flows
        return beside

    def asked_for(self) -> list[str]:
        """Return the names of WA_WITH."""
        return read_names(self.wa_with)

    def left_out(self) -> list[str]:
        """Return the names of WA_WITHOUT."""
        return read_names(self.wa_without)


def read_names(text: str) -> list[str]:
    """Return names that commas or blanks part."""
    return text.replace(",", " ").split()


class JwtSettings(ProcessSettings):
    """What `wa-webhook key` signs with."""

    wa_jwt_secret: SecretStr | None = None


class GraphSettings(ProcessSettings):
    """Meta's API: the system user's token, the business number's id, host and version."""

    wa_token: AsciiSecret
    wa_phone_id: str = Field(pattern=_META_ID)
    whatsapp_api_base_url: GraphUrl = "https://graph.facebook.com/v26.0"


class AccountSettings(ProcessSettings):
    """What asking Meta about an account takes: the token, and the account unless it is named."""

    wa_token: AsciiSecret
    wa_waba_id: str | None = Field(None, pattern=_META_ID)
    whatsapp_api_base_url: GraphUrl = "https://graph.facebook.com/v26.0"
