"""`wa-webhook work`: a worker."""

import asyncio
import signal
from collections.abc import Sequence

from handler.process.listening import PortRefusedError
from handler.process.logs import configure_logging
from wa_webhook.cli.errors import exit_on
from wa_webhook.cli.settings import (
    MetricsPort,
    settings_or_exit,
    with_options,
)
from wa_webhook.media.settings import ExtraMissingError
from wa_webhook.worker.process import functions_of, open_worker
from wa_webhook.worker.registry import RegistryError, TaskFunction
from wa_webhook.worker.settings import WorkerSettings


def work(metrics_port: MetricsPort = None) -> None:
    """Do what conversations ask for until SIGTERM, then finish what was begun and leave."""
    settings = with_options(settings_or_exit(WorkerSettings), {"wa_metrics_port": metrics_port})
    with exit_on(ExtraMissingError, RegistryError, code=2):
        functions = functions_of(settings)
    configure_logging()
    with exit_on(PortRefusedError):
        asyncio.run(_work_until_signalled(settings, functions))


async def _work_until_signalled(
    settings: WorkerSettings, functions: Sequence[TaskFunction]
) -> None:
    async with open_worker(settings, functions) as worker:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, worker.stop)
        await worker.run()
