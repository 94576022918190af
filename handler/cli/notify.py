"""`wa-webhook notify`: the notifier."""

import asyncio
import signal

from handler.cli.settings import settings_or_exit
from handler.logs import configure_logging
from handler.notifier.process import open_notifier
from handler.settings import NotifierSettings


def notify() -> None:
    """Send what is queued until SIGTERM, then finish what is in flight and leave."""
    settings = settings_or_exit(NotifierSettings)
    configure_logging()
    asyncio.run(_notify_until_signalled(settings))


async def _notify_until_signalled(settings: NotifierSettings) -> None:
    async with open_notifier(settings) as notifier:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, notifier.stop)
        await notifier.run()
