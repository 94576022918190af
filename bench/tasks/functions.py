"""What a worker of ours does in the comparison: nothing, so that only the queue is measured."""

from __future__ import annotations

from typing import Any

from wa_webhook.worker import task


@task("bench")
async def work(given: dict[str, Any]) -> dict[str, Any]:
    """Return what it was given."""
    return given
