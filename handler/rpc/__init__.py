"""The routines that the handler's role may execute, over either transport."""

from handler.rpc.direct import DirectRpc
from handler.rpc.postgrest import PostgrestRpc
from handler.rpc.protocol import (
    Answer,
    CountError,
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
    "CountError",
    "DatabaseContended",
    "DatabaseUnavailable",
    "DispatchError",
    "PayloadRefused",
    "PurgeFailed",
    "Rpc",
    "choose_rpc",
]


def choose_rpc(settings: WebhookSettings, on_error: CountError | None = None) -> Rpc:
    """Return the direct connection where there is a URL for one, and PostgREST otherwise."""
    if settings.wa_database_url is not None:
        return DirectRpc(settings.wa_database_url.get_secret_value(), settings, on_error)
    return PostgrestRpc(settings, settings.wa_database_schema, on_error)
