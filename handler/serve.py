"""The webhook under uvicorn, until somebody ends it."""

import gc
import signal
import socket

import uvicorn

from handler.app import create_app
from handler.process.alert_webhook import warn_if_unset
from handler.process.logs import configure_logging, logger
from handler.settings import WebhookSettings

GRACE_SECONDS = 25
"""Time to answer what is in flight: within the 30 seconds that most platforms allow."""


class Server(uvicorn.Server):
    """Uvicorn that says in our own log when it accepts connections, and where."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then log the address; with port 0 it is the only place to learn the port."""
        await super().startup(sockets)
        # What is there now stays: the collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        for server in self.servers:
            for listener in server.sockets:
                host, port = listener.getsockname()[:2]
                logger.info("SERVE_STARTED", host=host, port=port)


def serve(settings: WebhookSettings) -> None:
    """Receive webhooks until SIGTERM, then answer what is in flight and return."""
    configure_logging()
    warn_if_unset(settings)
    if settings.snapshot_rate:
        logger.warning("INBOUND_SNAPSHOTS_ENABLED", sample_rate=settings.snapshot_rate)
    server = Server(
        uvicorn.Config(
            create_app(settings),
            host=settings.wa_host,
            port=settings.wa_port,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    # Uvicorn raises the signal again once it has shut down: with this handler the exit code is 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.handle_exit)
    server.run()
    logger.info("SERVE_STOPPED")
