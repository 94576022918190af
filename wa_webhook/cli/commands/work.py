"""`wa-webhook work`: a worker."""

import asyncio
import signal
from collections.abc import Sequence

import typer

from handler.process.logs import configure_logging
from wa_webhook.cli.settings import (
    MetricsPort,
    ports_or_exit,
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
    try:
        functions = functions_of(settings)
    except (ExtraMissingError, RegistryError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    configure_logging()
    with ports_or_exit():
        asyncio.run(_work_until_signalled(settings, functions))


async def _work_until_signalled(
    settings: WorkerSettings, functions: Sequence[TaskFunction]
) -> None:
    async with open_worker(settings, functions) as worker:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, worker.stop)
        await worker.run()
