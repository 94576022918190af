"""Notifiers from their settings, as the command line and the development stack run them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest

from handler.process.alert_webhook import AlertWebhook
from handler.process.businesses import Business
from handler.process.logs import BUSINESS, logger, place_of
from handler.process.metrics import OfBusinesses, machine_registry
from handler.process.metrics_endpoint import serve_metrics
from handler.process.outage_alert import OutageAlert
from wa_webhook.claiming.backoff import Backoff
from wa_webhook.claiming.database_link import DatabaseLink, DatabaseState
from wa_webhook.claiming.name import name_worker
from wa_webhook.media.settings import open_store
from wa_webhook.notifier.alerts import AlertSender
from wa_webhook.notifier.graph_client import GraphClient
from wa_webhook.notifier.metrics import NotifierMetrics
from wa_webhook.notifier.notification_queue import NotificationQueue
from wa_webhook.notifier.overdue_tasks import end_overdue_tasks
from wa_webhook.notifier.worker import Limits, Notifier

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wa_webhook.notifier.settings import NotifierSettings

_LONGEST_PAUSE_SECONDS = 60.0
"""Before a notifier is begun again that breaks whenever it is."""


@contextlib.asynccontextmanager
async def open_notifier(settings: NotifierSettings) -> AsyncIterator[Notifiers]:
    """Yield the notifier of one business, which is not running yet, and serve its metrics."""
    async with open_notifiers([Business("", frozenset(), settings)]) as notifiers:
        yield notifiers


@contextlib.asynccontextmanager
async def open_notifiers(
    businesses: Sequence[Business[NotifierSettings]],
) -> AsyncIterator[Notifiers]:
    """Yield the notifiers of all, which are not running yet, and serve their metrics."""
    notifiers = Notifiers(businesses)
    async with serve_metrics(notifiers.render, businesses[0].settings):
        yield notifiers


class Notifiers:
    """One notifier for each business, side by side: they share the process and nothing else."""

    def __init__(self, businesses: Sequence[Business[NotifierSettings]]) -> None:
        self._businesses = businesses
        self._metrics = {one.name: NotifierMetrics(CollectorRegistry()) for one in businesses}
        self._registry = machine_registry()
        registries = {name: metrics.registry for name, metrics in self._metrics.items()}
        self._registry.register(OfBusinesses(registries))
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what is in flight is sent and settled."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until `stop`. Raises what breaks the only notifier; of several it is begun again."""
        match self._businesses:
            case [only]:
                await self._run_one(only)
            case several:
                async with asyncio.TaskGroup() as running:
                    for business in several:
                        running.create_task(self._keep_running(business))

    async def render(self) -> bytes:
        """Return the exposition text."""
        return generate_latest(self._registry)

    async def _keep_running(self, business: Business[NotifierSettings]) -> None:
        backoff = Backoff(_LONGEST_PAUSE_SECONDS)
        while not self._stopping.is_set():
            try:
                await self._run_one(business)
            except Exception as error:
                logger.error("NOTIFY_BROKEN", error=type(error).__name__, at=place_of(error))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(backoff.next_pause()):
                        await self._stopping.wait()

    async def _run_one(self, business: Business[NotifierSettings]) -> None:
        BUSINESS.set(business.name)
        async with _open(business.settings, self._metrics[business.name]) as notifier:
            stopping = asyncio.create_task(self._stopping.wait())
            stopping.add_done_callback(lambda _: notifier.stop())
            try:
                await notifier.run()
            finally:
                stopping.cancel()


@contextlib.asynccontextmanager
async def _open(settings: NotifierSettings, metrics: NotifierMetrics) -> AsyncIterator[Notifier]:
    """Yield a notifier that is not running yet, and close its connections afterwards."""
    worker = name_worker()
    alerts = AlertWebhook.from_settings(settings)
    outage = OutageAlert(alerts)
    queue = NotificationQueue(
        settings.wa_database_url.get_secret_value(),
        worker=worker,
        lease_seconds=settings.wa_notify_lease_seconds,
        schema=settings.wa_database_schema,
        prepared_statements=settings.wa_database_prepared_statements,
        outage=outage,
    )
    graph = GraphClient(
        base_url=settings.whatsapp_api_base_url,
        token=settings.wa_token.get_secret_value(),
        phone_number_id=settings.wa_phone_id,
        timeout_seconds=settings.wa_notify_timeout_seconds,
        max_threads=settings.wa_notify_concurrency,
        media_folder=settings.wa_media_folder,
        store=open_store(settings),
    )
    limits = Limits(
        concurrency=settings.wa_notify_concurrency,
        poll_seconds=settings.wa_notify_poll_seconds,
        drain_seconds=settings.wa_notify_drain_seconds,
    )
    try:
        async with queue, graph, _working_beside(settings, alerts, worker):
            yield Notifier(queue, graph, limits, listen_url=_listen_url(settings), metrics=metrics)
    finally:
        await outage.close()
        if alerts is not None:
            await alerts.close()


@contextlib.asynccontextmanager
async def _working_beside(
    settings: NotifierSettings, alerts: AlertWebhook | None, worker: str
) -> AsyncIterator[None]:
    """Group and deliver alerts in the background, and have tasks ended that ran out of time."""
    async with contextlib.AsyncExitStack() as stack:
        alerting, ending = (
            DatabaseLink(
                settings.wa_database_url.get_secret_value(),
                DatabaseState("NOTIFY"),
                prepared_statements=settings.wa_database_prepared_statements,
            )
            for _ in range(2)
        )
        for link in (alerting, ending):
            stack.push_async_callback(link.close)
        schema = settings.wa_database_schema
        sender = AlertSender(alerting, alerts, worker=worker, schema=schema)
        running = [
            asyncio.create_task(work) for work in (sender.run(), end_overdue_tasks(ending, schema))
        ]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


def _listen_url(settings: NotifierSettings) -> str | None:
    if not settings.wa_notify_listen:
        return None
    return (settings.wa_listen_database_url or settings.wa_database_url).get_secret_value()
