"""`wa-webhook console`: the desk."""

import asyncio
import getpass
import signal
import sys
from typing import Annotated

import typer

from handler.process.listening import PortRefusedError
from handler.process.logs import configure_logging
from wa_webhook.cli.errors import exit_on, fail
from wa_webhook.cli.settings import (
    MetricsPort,
    settings_or_exit,
    store_or_exit,
    with_options,
)
from wa_webhook.console.people import PeopleError, describe
from wa_webhook.console.process import serve_console
from wa_webhook.console.settings import ConsoleSettings


def console(
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port of the page; default: WA_CONSOLE_PORT. 0 takes a free one.",
            show_default=False,
        ),
    ] = None,
    metrics_port: MetricsPort = None,
    person: Annotated[
        str | None,
        typer.Option(
            metavar="NAME:ROLE",
            help="Print the entry of WA_CONSOLE_PEOPLE for a person who is a reader, agent or"
            " operator, and end. The password is asked for, or read from standard input.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve the page on which people answer users, until SIGTERM.

    Each role has a connection of its own: WA_CONSOLE_READER_DATABASE_URL,
    WA_CONSOLE_AGENT_DATABASE_URL, WA_CONSOLE_OPERATOR_DATABASE_URL.
    """
    if person is not None:
        _print_person(person)
        return
    settings = with_options(
        settings_or_exit(ConsoleSettings),
        {"wa_console_port": port, "wa_metrics_port": metrics_port},
    )
    store_or_exit(settings)
    configure_logging()
    with exit_on(PortRefusedError):
        asyncio.run(_serve_until_signalled(settings))


def _print_person(person: str) -> None:
    name, _, role = person.rpartition(":")
    is_asked = sys.stdin.isatty()
    password = getpass.getpass() if is_asked else sys.stdin.readline().rstrip("\n")
    if is_asked and getpass.getpass("Again: ") != password:
        fail("these are two passwords", 2)
    with exit_on(PeopleError, code=2):
        typer.echo(describe(name, role, password))


async def _serve_until_signalled(settings: ConsoleSettings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with serve_console(settings):
        await stopped.wait()
