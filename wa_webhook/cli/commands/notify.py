"""`wa-webhook notify`: the notifier, of one business or of several."""

import asyncio
import gc
import signal
from collections.abc import Sequence

import uvloop

from handler.process.alert_webhook import warn_if_unset
from handler.process.businesses import Business
from handler.process.listening import PortRefusedError
from handler.process.logs import configure_logging
from wa_webhook.cli.errors import exit_on
from wa_webhook.cli.settings import MetricsPort, businesses_or_exit, store_or_exit
from wa_webhook.notifier.process import open_notifiers
from wa_webhook.notifier.settings import NotifierSettings


def notify(metrics_port: MetricsPort = None) -> None:
    """Send what is queued until SIGTERM, then finish what is in flight and leave."""
    given = {"wa_metrics_port": metrics_port}
    businesses = businesses_or_exit(NotifierSettings, "notify", given)
    for business in businesses:
        store_or_exit(business.settings)
    configure_logging()
    warn_if_unset(businesses[0].settings)
    with exit_on(PortRefusedError):
        uvloop.run(_notify_until_signalled(businesses))


async def _notify_until_signalled(businesses: Sequence[Business[NotifierSettings]]) -> None:
    async with open_notifiers(businesses) as notifiers:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, notifiers.stop)
        # What is there now stays: the collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        await notifiers.run()
