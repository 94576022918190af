"""What a task's function raises to say how it failed."""

from __future__ import annotations


class TaskError(Exception):
    """The work failed and may succeed later.

    `error_class` names a row of wa.task_error_classes, which says when it is tried again; a team
    that adds rows makes subclasses for them. Any other exception counts as `unknown`.
    """

    error_class = "transient"


class PermanentError(TaskError):
    """The work cannot succeed as it was asked for: it is not tried again."""

    error_class = "permanent"


class TooLargeError(PermanentError):
    """What would be the result is too large to be kept."""

    error_class = "too_large"


class BusyError(TaskError):
    """A service asks to wait, which uses up no attempt; `retry_after_seconds` is what it asks."""

    error_class = "busy"

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class AnsweredLater(Exception):  # noqa: N818 (no error: what is done says so itself)
    """Somebody took the work and reports back, within so many seconds, with the attempt's token."""

    def __init__(self, within_seconds: float) -> None:
        super().__init__("answered later")
        self.within_seconds = within_seconds
