"""One notifier from its settings, as the command line and the development stack run it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from handler.process.alert_webhook import AlertWebhook
from handler.process.metrics_endpoint import serve_metrics
from handler.process.outage_alert import OutageAlert
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
    from collections.abc import AsyncIterator

    from wa_webhook.notifier.settings import NotifierSettings


@contextlib.asynccontextmanager
async def open_notifier(settings: NotifierSettings) -> AsyncIterator[Notifier]:
    """Yield a notifier that is not running yet, and close its connections afterwards."""
    worker = name_worker()
    alerts = AlertWebhook.from_settings(settings)
    outage = OutageAlert(alerts)
    metrics = NotifierMetrics()
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
        async with (
            queue,
            graph,
            _working_beside(settings, alerts, worker),
            serve_metrics(metrics.render, settings),
        ):
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
