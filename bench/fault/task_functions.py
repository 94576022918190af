"""What the workers of the fault run do: little, and not always well."""

from __future__ import annotations

import random
import time

from wa_webhook.worker import TaskError, task


@task("fault", concurrency=8)
def work(given: dict[str, int]) -> dict[str, int]:
    """Take a moment; every tenth attempt fails."""
    time.sleep(random.uniform(0, 0.1))  # noqa: S311
    if random.random() < 0.1:  # noqa: S311
        raise TaskError("bad luck")
    return given
