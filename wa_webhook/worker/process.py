"""One worker from its settings, as the command line runs it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import TYPE_CHECKING

from handler.process.alert_webhook import AlertWebhook
from handler.process.metrics_endpoint import serve_metrics
from handler.process.outage_alert import OutageAlert
from wa_webhook.claiming.name import name_worker
from wa_webhook.media.graph import MediaClient
from wa_webhook.media.settings import ExtraMissingError, open_store
from wa_webhook.ocr.reader import Reader, is_installed
from wa_webhook.worker.answers import serve_answers
from wa_webhook.worker.http_kind import Later, make_http_functions
from wa_webhook.worker.media_deletions import MediaDeletions
from wa_webhook.worker.media_kinds import make_media_functions
from wa_webhook.worker.metrics import WorkerMetrics
from wa_webhook.worker.reading_kind import READ, make_reading_function
from wa_webhook.worker.registry import load_functions
from wa_webhook.worker.task_queue import TaskQueue
from wa_webhook.worker.worker import Limits, Worker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wa_webhook.media.store import MediaStore
    from wa_webhook.worker.registry import TaskFunction
    from wa_webhook.worker.settings import TaskSettings, WorkerSettings

_SIGNS_A_LEASE = 3


@contextlib.asynccontextmanager
async def open_worker(
    settings: WorkerSettings, functions: Sequence[TaskFunction]
) -> AsyncIterator[Worker]:
    """Yield a worker that is not running yet, and close its connections afterwards."""
    alerts = AlertWebhook.from_settings(settings)
    outage = OutageAlert(alerts)
    metrics = WorkerMetrics()
    queue = TaskQueue(
        settings.wa_database_url.get_secret_value(),
        worker=name_worker(),
        lease_seconds=settings.wa_work_lease_seconds,
        schema=settings.wa_database_schema,
        prepared_statements=settings.wa_database_prepared_statements,
        outage=outage,
    )
    limits = Limits(
        concurrency=settings.wa_work_concurrency,
        timeout_seconds=settings.wa_work_timeout_seconds,
        poll_seconds=settings.wa_work_poll_seconds,
        sign_seconds=settings.wa_work_lease_seconds / _SIGNS_A_LEASE,
        drain_seconds=settings.wa_work_drain_seconds,
    )
    listen_url = (settings.wa_listen_database_url or settings.wa_database_url).get_secret_value()
    try:
        async with (
            queue,
            serve_metrics(metrics.render, settings),
            serve_answers(settings, queue, metrics),
            _deleting_media(settings),
        ):
            yield Worker(
                queue,
                functions,
                limits,
                listen_url=listen_url if settings.wa_work_listen else None,
                metrics=metrics,
            )
    finally:
        for function in functions:
            if function.close is not None:
                await function.close()
        await outage.close()
        if alerts is not None:
            await alerts.close()


@contextlib.asynccontextmanager
async def working(
    settings: WorkerSettings, functions: Sequence[TaskFunction]
) -> AsyncIterator[None]:
    """Run a worker until the context is left; then let it finish or give back what it began."""
    async with open_worker(settings, functions) as worker:
        running = asyncio.create_task(worker.run())
        try:
            yield
        finally:
            worker.stop()
            await running


@contextlib.asynccontextmanager
async def _deleting_media(settings: WorkerSettings) -> AsyncIterator[None]:
    store = open_store(settings)
    if store is None:
        yield
        return
    url, schema = settings.wa_database_url.get_secret_value(), settings.wa_database_schema
    async with MediaDeletions(url, store, schema=schema) as deletions:
        running = asyncio.create_task(deletions.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def functions_of(settings: WorkerSettings) -> list[TaskFunction]:
    """Return what a worker does: modules from the folder where it runs, services, and media.

    Raises RegistryError, ExtraMissingError.
    """
    # As for `python -m`: a team's module lies where the command is run.
    if (folder := os.getcwd()) not in sys.path:  # noqa: PTH109
        sys.path.insert(0, folder)
    others = [*http_functions_of(settings), *media_functions_of(settings)]
    return load_functions(settings.modules, settings.kinds, others)


def media_functions_of(settings: WorkerSettings) -> list[TaskFunction]:
    """Return the functions of media, none without a store. Raises ExtraMissingError.

    Documents are read where the extra for it is installed.
    """
    store = open_store(settings)
    if store is None or settings.wa_token is None:
        return []
    client = MediaClient(
        base_url=settings.whatsapp_api_base_url, token=settings.wa_token.get_secret_value()
    )
    return [*make_media_functions(store, client), *_reading_functions_of(settings, store)]


def _reading_functions_of(settings: WorkerSettings, store: MediaStore) -> list[TaskFunction]:
    if not is_installed():
        if READ in settings.kinds:
            raise ExtraMissingError(
                f"WA_WORK_KINDS: {READ} takes an extra: pip install 'wa-webhook[ocr]'"
            )
        return []
    reader = Reader(max_pages=settings.wa_ocr_max_pages)
    return [make_reading_function(store, reader, settings.wa_ocr_concurrency)]


def http_functions_of(settings: TaskSettings) -> list[TaskFunction]:
    """Return the functions of the kinds that services do."""
    if settings.wa_work_http_secret is None:
        return []
    url = settings.wa_work_answer_url
    return make_http_functions(
        settings.services,
        settings.wa_work_http_secret.get_secret_value().encode(),
        settings.wa_work_timeout_seconds,
        Later(url, settings.wa_work_answer_seconds) if url is not None else None,
    )
