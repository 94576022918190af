"""`wa-webhook notify`: the notifier."""

import asyncio
import gc
import signal

import uvloop

from handler.process.alert_webhook import warn_if_unset
from handler.process.logs import configure_logging
from wa_webhook.cli.settings import (
    MetricsPort,
    ports_or_exit,
    settings_or_exit,
    store_or_exit,
    with_options,
)
from wa_webhook.notifier.process import open_notifier
from wa_webhook.notifier.settings import NotifierSettings


def notify(metrics_port: MetricsPort = None) -> None:
    """Send what is queued until SIGTERM, then finish what is in flight and leave."""
    settings = with_options(settings_or_exit(NotifierSettings), {"wa_metrics_port": metrics_port})
    store_or_exit(settings)
    configure_logging()
    warn_if_unset(settings)
    with ports_or_exit():
        uvloop.run(_notify_until_signalled(settings))


async def _notify_until_signalled(settings: NotifierSettings) -> None:
    async with open_notifier(settings) as notifier:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, notifier.stop)
        # What is there now stays: the collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        await notifier.run()
