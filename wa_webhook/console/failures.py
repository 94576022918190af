"""What the database refuses, as a page is told it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from starlette.responses import JSONResponse, Response

from handler.process.blame import Blame, find_blame_of
from handler.process.logs import logger

if TYPE_CHECKING:
    from starlette.requests import Request

    from wa_webhook.console.metrics import ConsoleMetrics

_STATUS_OF = {"WA043": 404, "WA070": 409, "WA071": 409, "42501": 403}


class Failures:
    """Answers for errors of the database, and counts those that nobody asked for."""

    def __init__(self, metrics: ConsoleMetrics) -> None:
        self._metrics = metrics

    async def answer(self, _: Request, error: Exception) -> Response:
        """Return {"error", "code"} for a psycopg.Error, with the status that it comes to."""
        assert isinstance(error, psycopg.Error)  # noqa: S101
        code, said = error.sqlstate, error.diag.message_primary
        if code is not None and code.startswith("WA"):
            return _refusal(_STATUS_OF.get(code, 422), said, code)
        if code in _STATUS_OF:
            return _refusal(403, "your role may not do this", code)
        if code is not None and code.startswith("22"):
            return _refusal(400, said, code)
        self._metrics.count_database_error(error)
        logger.error("CONSOLE_CALL_FAILED", sqlstate=code, detail=said or type(error).__name__)
        is_busy = find_blame_of(error) is Blame.CONTENTION
        return _refusal(503, "try again" if is_busy else "the database does not answer", code)


def _refusal(status: int, said: str | None, code: str | None) -> Response:
    return JSONResponse({"error": said or "this did not work", "code": code}, status)
