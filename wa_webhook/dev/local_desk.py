"""The desk of `wa-webhook dev`, over its database."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from wa_webhook.console.people import Role, describe
from wa_webhook.console.process import serve_console
from wa_webhook.console.settings import ConsoleSettings
from wa_webhook.dev.postgres import HOST
from wa_webhook.dev.stack import local_names

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator
    from pathlib import Path

    from wa_webhook.dev.postgres import LocalPostgres


@dataclass(frozen=True)
class LocalDesk:
    """Where the page is, and who signs in: an operator, who may do what an agent may as well."""

    url: str
    password: str
    name: str = "Kim"


@contextlib.asynccontextmanager
async def running_desk(
    postgres: LocalPostgres, listener: socket.socket, media: Path
) -> AsyncIterator[LocalDesk]:
    """Serve the desk on a bound socket until the context is left, with a password for that long."""
    host, port = listener.getsockname()
    desk = LocalDesk(f"http://{host}:{port}", secrets.token_urlsafe(9))
    names = local_names()
    settings = ConsoleSettings(
        _env_file=None,
        wa_database_schema=names.schema,
        wa_console_host=HOST,
        wa_console_hosts="",
        wa_console_people=SecretStr(describe(desk.name, Role.OPERATOR, desk.password)),
        wa_console_operator_database_url=SecretStr(postgres.url(names.operator_role)),
        wa_media_store=str(media),
        wa_metrics_port=None,
        # What the environment says of another desk is not for this one.
        wa_console_reader_database_url=None,
        wa_console_agent_database_url=None,
        wa_listen_database_url=None,
        wa_console_jwks=None,
        supabase_url=None,
        wa_jwt_secret=None,
    )
    async with serve_console(settings, listener):
        yield desk
