"""The webhook under its server, until somebody ends it."""

import asyncio
import gc
import signal
import socket
from collections.abc import Sequence

import uvloop

from handler.app import Application
from handler.process.alert_webhook import warn_if_unset
from handler.process.businesses import Business
from handler.process.listening import bind
from handler.process.logs import configure_logging, logger
from handler.process.metrics_endpoint import serve_metrics
from handler.process.server import Server
from handler.settings import WebhookSettings


def serve(businesses: Sequence[Business[WebhookSettings]]) -> None:
    """Receive webhooks until SIGTERM, then answer what is in flight and return.

    Raises PortRefusedError when a port cannot be had.
    """
    settings = businesses[0].settings
    configure_logging()
    warn_if_unset(settings)
    if settings.snapshot_rate:
        logger.warning("INBOUND_SNAPSHOTS_ENABLED", sample_rate=settings.snapshot_rate)
    with bind(settings.wa_host, settings.wa_port, "webhook", "WA_PORT") as listener:
        uvloop.run(_serve(businesses, listener))
    logger.info("SERVE_STOPPED")


async def _serve(businesses: Sequence[Business[WebhookSettings]], listener: socket.socket) -> None:
    settings = businesses[0].settings
    app = Application(businesses)
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
