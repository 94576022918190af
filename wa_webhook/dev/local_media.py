"""Fetching what is sent to the bot in development, into a folder."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pydantic import SecretStr

from wa_webhook.worker.process import media_functions_of, working
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@contextlib.asynccontextmanager
async def fetching_media(
    database_url: str, schema: str, *, graph_url: str, token: str, folder: Path
) -> AsyncIterator[None]:
    """Fetch what steps and the setting ask for, and delete what nobody wants, until it is left."""
    settings = WorkerSettings(
        _env_file=None,
        wa_database_schema=schema,
        wa_database_url=SecretStr(database_url),
        wa_listen_database_url=None,
        wa_metrics_port=None,
        wa_work_drain_seconds=2,
        wa_token=SecretStr(token),
        whatsapp_api_base_url=graph_url,
        wa_media_store=str(folder),
    )
    async with working(settings, media_functions_of(settings)):
        yield
