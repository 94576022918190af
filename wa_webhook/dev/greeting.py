"""What `wa-webhook dev` prints: what to open, and what to try."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rich.table import Table

from handler import signature
from wa_webhook.dev.identity import APP_SECRET, PHONE_NUMBER_ID
from wa_webhook.dev.stack import local_names
from wa_webhook.meta_stand_in.inbound import build_body, build_content
from wa_webhook.meta_stand_in.people import ANA
from wa_webhook.meta_stand_in.said import Typed
from wa_webhook.ocr.reader import is_installed
from wa_webhook.worker.media_kinds import FETCH, LINK
from wa_webhook.worker.reading_kind import READ

if TYPE_CHECKING:
    from rich.console import Console

    from wa_webhook.dev.local_desk import LocalDesk
    from wa_webhook.dev.postgres import LocalPostgres
    from wa_webhook.dev.stack import LocalStack
    from wa_webhook.dev.task_files import TaskFiles

DEFAULT_PORTS = (8000, 8001)
"""Of the webhook and of the stand-in."""


def print_greeting(
    console: Console,
    postgres: LocalPostgres,
    stack: LocalStack,
    phone_url: str,
    desk: LocalDesk,
    folder: Path,
    flows: Path | None,
    tasks: TaskFiles,
) -> None:
    """Print the addresses, and write and print an example that is ready to be posted.

    `flows` is the folder of a team's own, where there is one.
    """
    site = stack.webhook_url.removesuffix("/webhook")
    table = Table.grid(padding=(0, 2))
    table.add_row("phone", f"{phone_url}  (open it in a browser, and write to the bot)")
    table.add_row("desk", f"{desk.url}  (answer users: {desk.name}, password {desk.password})")
    table.add_row("webhook", stack.webhook_url)
    table.add_row("health", f"{site}/healthz  {site}/readyz")
    table.add_row("metrics", stack.metrics_url)
    table.add_row("stand-in", f"{stack.graph_url}/_accepted")
    table.add_row("database", f"psql {postgres.url()}")
    operator_url = postgres.url(local_names().operator_role)
    table.add_row("operator", f"{operator_url}  (WA_DATABASE_URL of status, doctor, replay)")
    table.add_row("log", str(folder / "log.jsonl"))
    table.add_row(
        "media", f"{folder / 'media'}, where a step or received_media_kinds asks for them"
    )
    table.add_row("flows", _describe(flows))
    table.add_row("tasks", _describe_tasks(tasks))
    console.print(table)
    console.print("\nSay hello, signed as Meta would (a second time it is a duplicate):\n")
    console.print(_write_example(stack, folder), soft_wrap=True, markup=False)
    console.print("\nOr say anything, from another terminal:\n")
    console.print(f"{_command()} say hello{_ports_of(stack)}", soft_wrap=True, markup=False)
    console.print("\nReplies appear below. Ctrl-C stops everything.\n")


def _command() -> str:
    """Return how this very program is called from another terminal."""
    if shutil.which("wa-webhook"):
        return "wa-webhook"
    return os.path.relpath(Path(sys.executable).with_name("wa-webhook"))


def _ports_of(stack: LocalStack) -> str:
    """Return the options that the command needs: none where the ports are the default ones."""
    ports = (urlsplit(stack.webhook_url).port, urlsplit(stack.graph_url).port)
    return "" if ports == DEFAULT_PORTS else f" --port {ports[0]} --graph-port {ports[1]}"


def _describe(flows: Path | None) -> str:
    if flows is None:
        return "those that ship: there is no flows/ here with a flow in it, and WA_FLOWS is not set"
    names = sorted(declaration.parent.name for declaration in flows.glob("*/flow.sql"))
    return f"{', '.join(names)}, from {flows}/; applied again when a file changes"


def _describe_tasks(tasks: TaskFiles) -> str:
    ours = ", ".join((FETCH, LINK, READ) if is_installed() else (FETCH, LINK))
    if not tasks.functions:
        return f"{ours}; no others: WA_WORK_MODULES and WA_WORK_HTTP are not set"
    kinds = ", ".join(one.kind for one in tasks.functions)
    return f"{ours}, {kinds}; functions are loaded again when a Python file changes"


def _write_example(stack: LocalStack, folder: Path) -> str:
    """Write a webhook body to a file, and return the curl command that posts it."""
    content = build_content(Typed("hello"), {}, None)
    body = build_body(ANA, content, phone_number_id=PHONE_NUMBER_ID)
    file = folder.absolute() / "hello.json"
    file.write_bytes(body)
    return (
        f"curl {stack.webhook_url} -H 'Content-Type: application/json'"
        f" -H '{signature.HEADER}: {signature.sign(body, APP_SECRET.encode())}'"
        f" --data-binary @{file}"
    )
