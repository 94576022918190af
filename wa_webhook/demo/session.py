"""One run of `wa-webhook demo`."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from rich.console import Console

from handler.process.logs import configure_logging
from wa_webhook.demo import carrier
from wa_webhook.demo.conversation import SCENES
from wa_webhook.demo.stage import Stage
from wa_webhook.demo.transcript import Transcript
from wa_webhook.dev.identity import APP_SECRET, PHONE_NUMBER_ID
from wa_webhook.dev.local_worker import LocalWorker
from wa_webhook.dev.postgres import THROWAWAY_SETTINGS, LocalPostgres
from wa_webhook.dev.stack import (
    Ports,
    local_names,
    prepare_database,
    run_stack,
)
from wa_webhook.media.folder import FolderStore
from wa_webhook.worker.registry import REGISTRY
from wa_webhook.worker.settings import TaskSettings

_LOG_TAIL = 20
_FLOWS = Path(__file__).parent / "flows"


def run_session() -> bool:
    """Play all scenes on free ports and a temporary database; tell whether each reply was right.

    Raises PostgresFailedError, MigrateError.
    """
    console = Console(highlight=False)
    started = time.monotonic()
    with TemporaryDirectory(prefix="wa-demo-") as folder:
        log = Path(folder) / "log.jsonl"
        with log.open("w") as stream:
            configure_logging(stream)
            with LocalPostgres(settings=THROWAWAY_SETTINGS) as postgres:
                prepare_database(postgres, flows=_FLOWS)
                went_well = asyncio.run(_play(postgres, console, Path(folder) / "media"))
        if not went_well:
            console.print("[bold]The end of the log:[/]")
            console.out("\n".join(log.read_text().splitlines()[-_LOG_TAIL:]))
    seconds = time.monotonic() - started
    turns = sum(len(scene.turns) for scene in SCENES)
    verdict = "every reply was the expected one" if went_well else "the script was not followed"
    console.print(f"\n{turns} messages, {seconds:.1f} s: {verdict}", style="bold")
    return went_well


async def _play(postgres: LocalPostgres, console: Console, media: Path) -> bool:
    # Whatever the environment says, it is the script that has to be followed.
    worker = LocalWorker(postgres.url(local_names().worker_role), TaskSettings.model_construct())
    async with (
        run_stack(postgres, Ports.take(), media=media) as stack,
        worker.doing([REGISTRY[carrier.KIND]]),
        await psycopg.AsyncConnection.connect(postgres.url(), autocommit=True) as database,
    ):
        stage = Stage(
            webhook_url=stack.webhook_url,
            app_secret=APP_SECRET,
            phone_number_id=PHONE_NUMBER_ID,
            graph=stack.graph,
            database=database,
            media=FolderStore(media),
            names=local_names(),
            transcript=Transcript(console),
        )
        return await stage.play(SCENES)
