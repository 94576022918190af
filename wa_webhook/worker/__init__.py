"""Does what conversations ask for: claims tasks, runs a team's functions, reports what came of it.

A team registers functions by kind and is imported by name (WA_WORK_MODULES), or names its module
in the entry points `wa_webhook.tasks`:

    from wa_webhook.worker import PermanentError, TaskContext, task

    @task("ocr", concurrency=2, timeout_seconds=120)
    async def read_document(document: Document, context: TaskContext) -> Words: ...
"""

from wa_webhook.worker.context import TaskCancelledError, TaskContext
from wa_webhook.worker.errors import BusyError, PermanentError, TaskError
from wa_webhook.worker.registry import task

__all__ = [
    "BusyError",
    "PermanentError",
    "TaskCancelledError",
    "TaskContext",
    "TaskError",
    "task",
]
