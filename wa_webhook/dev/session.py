"""One session of `wa-webhook dev`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console

from handler.process.environment import SettingsError, load_settings
from handler.process.listening import PortRefusedError, bind
from handler.process.logs import configure_logging
from wa_webhook.dev.failures import follow_failures
from wa_webhook.dev.flow_files import FlowFiles
from wa_webhook.dev.greeting import print_greeting
from wa_webhook.dev.local_desk import running_desk
from wa_webhook.dev.local_phone import running_phone
from wa_webhook.dev.local_worker import LocalWorker
from wa_webhook.dev.postgres import HOST, LocalPostgres
from wa_webhook.dev.stack import Ports, local_names, prepare_database, run_stack
from wa_webhook.dev.task_files import LocalTaskSettings, TaskFiles
from wa_webhook.meta_stand_in.rendering import render_message
from wa_webhook.migrate import HistoryError
from wa_webhook.phone.script import Reader, read_script
from wa_webhook.settings import FlowSettings

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Collection

    from wa_webhook.meta_stand_in import Accepted
    from wa_webhook.phone import Phone
    from wa_webhook.phone.script import Line


def run_session(
    folder: Path,
    *,
    port: int,
    graph_port: int,
    phone_port: int,
    desk_port: int,
    database_port: int,
    asked_for: Collection[str] = (),
    script: Path | None = None,
) -> None:
    """Run everything until SIGINT, SIGTERM or SIGHUP, keeping data and logs in `folder`.

    `asked_for`: flows that ship, beside those of WA_WITH. With a `script` everything ends when it
    was followed. Raises ScriptError when it was not.

    Raises PortRefusedError, SettingsError and RegistryError before anything is started,
    PostgresFailedError, MigrateError.
    """
    console = Console(highlight=False)
    with contextlib.suppress(KeyboardInterrupt), _open_log(folder) as log:
        lines = [] if script is None else read_script(script)
        webhook, graph, phone, desk, database = _bind_all(
            (port, "webhook", "--port"),
            (graph_port, "Graph API stand-in", "--graph-port"),
            (phone_port, "phone", "--phone-port"),
            (desk_port, "desk", "--desk-port"),
            (database_port, "database", "--database-port"),
        )
        database.close()
        flows_folder = load_settings(FlowSettings).folder()
        flows = FlowFiles(flows_folder) if flows_folder is not None else None
        tasks = TaskFiles(load_settings(LocalTaskSettings), Path())
        configure_logging(log)
        with LocalPostgres(folder / "postgres", port=database_port or None) as postgres:
            try:
                prepare_database(postgres, asked_for=asked_for)
            except HistoryError as error:
                raise HistoryError(f"{error}\n{_begin_anew(folder)}") from None
            asyncio.run(
                _run_until_interrupted(
                    postgres,
                    Ports(webhook, graph),
                    (phone, desk),
                    folder,
                    flows,
                    tasks,
                    console,
                    (script.parent if script else folder, lines),
                )
            )
    console.print("stopped", style="dim")


def _open_log(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / "log.jsonl").open("a")
    except OSError as error:
        raise SettingsError(
            f"{error.filename}: {error.strerror}; --folder names another place for the data"
        ) from None


def _bind_all(*asked: tuple[int, str, str]) -> list[socket.socket]:
    """Take each port of a purpose and its option; the error names all that cannot be had.

    Somebody whose other session runs would otherwise learn of one port at a time.
    """
    bound, refused = [], []
    for port, purpose, option in asked:
        try:
            bound.append(bind(HOST, port, purpose, option))
        except PortRefusedError as error:
            refused.append(str(error))
    if refused:
        raise PortRefusedError("\n".join(refused))
    return bound


async def _run_until_interrupted(
    postgres: LocalPostgres,
    ports: Ports,
    listeners: tuple[socket.socket, socket.socket],
    folder: Path,
    flows: FlowFiles | None,
    tasks: TaskFiles,
    console: Console,
    script: tuple[Path, list[Line]],
) -> None:
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    async with (
        run_stack(postgres, ports, media=folder / "media") as stack,
        running_phone(postgres, stack.graph, listeners[0]) as phone,
        running_desk(postgres, listeners[1], folder / "media") as desk,
    ):
        stack.graph.record.listeners.append(lambda accepted: _print_reply(console, accepted))
        own_flows = flows.folder if flows else None
        print_greeting(console, postgres, stack, phone.url, desk, folder, own_flows, tasks)
        tell = partial(_tell, console)
        worker_url = postgres.url(local_names().worker_role)
        following = [
            asyncio.create_task(tasks.follow(LocalWorker(worker_url, tasks.settings), tell))
        ]
        following.append(asyncio.create_task(follow_failures(postgres, tell)))
        if flows:
            following.append(asyncio.create_task(flows.follow(postgres, tell)))
        for task in following:
            task.add_done_callback(partial(_tell_of_end, tell))
        try:
            await _wait(interrupted, phone.phone, *script, tell)
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)


async def _wait(
    interrupted: asyncio.Event,
    phone: Phone,
    folder: Path,
    lines: list[Line],
    tell: Callable[[str], None],
) -> None:
    """Return when a script was followed, if there is one, or else when interrupted."""
    waited: list[asyncio.Task[Any]] = [asyncio.create_task(interrupted.wait())]
    if lines:
        waited.append(asyncio.create_task(Reader(phone, folder, tell).follow(lines)))
    done, left = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    for task in done:
        await task


def _tell_of_end(tell: Callable[[str], None], ended: asyncio.Task[None]) -> None:
    """Say why files or failures are followed no longer: a port is taken, a right is missing."""
    if not ended.cancelled() and (error := ended.exception()) is not None:
        tell(f"not followed any longer: {error}")


def _begin_anew(folder: Path) -> str:
    return f"On this machine you can also begin anew: rm -r {folder / 'postgres'}"


def _tell(console: Console, line: str) -> None:
    console.print(line, style="yellow", markup=False, soft_wrap=True)


def _print_reply(console: Console, accepted: Accepted) -> None:
    console.print(f"to {accepted.recipient}:", style="green", markup=False)
    for line in render_message(accepted.request).split("\n"):
        console.print(f"    {line}", markup=False, soft_wrap=True)
