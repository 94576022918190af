"""The routines that the handler's role may execute, over either transport."""

from handler.rpc.direct import DirectRpc
from handler.rpc.postgrest import PostgrestRpc
from handler.rpc.protocol import (
    Answer,
    DatabaseContended,
    DatabaseUnavailable,
    DispatchError,
    PayloadRefused,
    PurgeFailed,
    Rpc,
)
from handler.settings import WebhookSettings

__all__ = [
    "Answer",
    "DatabaseContended",
    "DatabaseUnavailable",
    "DispatchError",
    "PayloadRefused",
    "PurgeFailed",
    "Rpc",
    "choose_rpc",
]


def choose_rpc(settings: WebhookSettings) -> Rpc:
    """Return the direct connection where there is a URL for one, and PostgREST otherwise."""
    if settings.wa_database_url is not None:
        return DirectRpc(settings.wa_database_url.get_secret_value(), settings)
    return PostgrestRpc(settings, schema=settings.wa_database_schema)
