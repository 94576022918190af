"""A team's functions, as `wa-webhook work` imports them."""

from __future__ import annotations

import asyncio
import json
import time

from pydantic import BaseModel

from wa_webhook.worker import BusyError, PermanentError, TaskContext, task


class Page(BaseModel):
    """What the step gives."""

    page: int


class Words(BaseModel):
    """What the step gets."""

    text: str


@task("scan", concurrency=3, timeout_seconds=20)
async def scan(page: Page, context: TaskContext) -> Words:
    """Read a page at once."""
    return Words(text=f"page {page.page}, attempt {context.attempt}")


@task("scan.thread")
def scan_in_a_thread(page: Page) -> dict[str, str]:
    """Read a page in a thread."""
    return {"text": f"page {page.page}"}


@task("scan.slow", timeout_seconds=0.2)
async def scan_slowly(page: Page) -> None:
    """Never end."""
    await asyncio.sleep(3600 * page.page)


@task("scan.slow_thread", timeout_seconds=0.2)
def scan_slowly_in_a_thread(_: Page, context: TaskContext) -> None:
    """Go on until told that nobody waits."""
    while not context.is_cancelled:
        time.sleep(0.01)


@task("scan.busy")
async def scan_later(_: Page) -> None:
    """Be asked to wait."""
    raise BusyError("too many pages", retry_after_seconds=77)


@task("scan.bad")
async def scan_what_is_none(_: Page) -> None:
    """Refuse for good."""
    raise PermanentError("this is no page")


@task("scan.broken")
async def scan_with_a_mistake(_: Page) -> None:
    """Raise what nobody thought of, in a library."""
    json.loads("Ana")


@task("scan.wrong")
async def scan_wrongly(_: Page) -> object:
    """Return what is no JSON."""
    return object()


@task("scan.waiting", timeout_seconds=60)
async def scan_until_cancelled(_: Page, context: TaskContext) -> None:
    """Say how far it is, and go on for a minute."""
    context.report({"pages": 1})
    await asyncio.sleep(60)
