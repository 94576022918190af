"""The webhook under its server, until somebody ends it."""

import asyncio
import gc
import signal
import socket

import uvloop

from handler.app import create_app
from handler.process.alert_webhook import warn_if_unset
from handler.process.listening import bind
from handler.process.logs import configure_logging, logger
from handler.process.metrics_endpoint import serve_metrics
from handler.process.server import Server
from handler.settings import WebhookSettings


def serve(settings: WebhookSettings) -> None:
    """Receive webhooks until SIGTERM, then answer what is in flight and return.

    Raises PortRefusedError when a port cannot be had.
    """
    configure_logging()
    warn_if_unset(settings)
    if settings.snapshot_rate:
        logger.warning("INBOUND_SNAPSHOTS_ENABLED", sample_rate=settings.snapshot_rate)
    with bind(settings.wa_host, settings.wa_port, "webhook", "WA_PORT") as listener:
        uvloop.run(_serve(settings, listener))
    logger.info("SERVE_STOPPED")


async def _serve(settings: WebhookSettings, listener: socket.socket) -> None:
    app = create_app(settings)
    server = Server(app, settings.limits, app.metrics.count_refusal)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with (
        serve_metrics(app.metrics.render, settings),
        server.accepting(listener) as port,
    ):
        # What is there now stays: the collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        # With port 0 it is the only place to learn the port.
        logger.info("SERVE_STARTED", host=settings.wa_host, port=port)
        await stopped.wait()
