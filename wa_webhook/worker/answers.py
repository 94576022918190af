"""What services say later: a signed report of a task that they accepted with 202.

Any worker takes it, and none keeps it: it is settled in the database before it is answered.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID  # noqa: TC003 (pydantic reads it)

import psycopg
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from handler import signature
from handler.process.blame import Blame, find_blame_of
from handler.process.body import CLOSE, read_body
from handler.process.listening import bind
from handler.process.logs import log_events, logger
from handler.process.server import EXTENSION, Limits, Server
from wa_webhook.claiming.database_link import report_failure
from wa_webhook.worker.claimed import Attempted, TaskResult
from wa_webhook.worker.http_kind import MOST_BYTES, SIGNATURE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from wa_webhook.worker.metrics import WorkerMetrics
    from wa_webhook.worker.settings import WorkerSettings
    from wa_webhook.worker.task_queue import TaskQueue

MEBIBYTE = 1024 * 1024
LIMITS = Limits(connections=256, body_bytes=16 * MEBIBYTE)
UNSIGNED = {"error": "signature_missing"}
"""What is answered, with 401, to whoever signs nothing."""
_ATTEMPTS = 5
_RETRY_AFTER = {"Retry-After": "5"}


class LaterAnswer(BaseModel):
    """What a service posts: which attempt it speaks of, and what came of it."""

    model_config = ConfigDict(extra="forbid")

    task: Annotated[int, Field(ge=1, lt=2**63)]
    lock_token: UUID
    outcome: Literal["done", "failed"]
    result: Any = None
    error_class: str | None = None
    error_message: str | None = None
    retry_after_seconds: float | None = None

    def as_result(self) -> TaskResult:
        """Return it as a worker reports it."""
        return TaskResult(
            self.outcome,
            result=self.result,
            error_class=self.error_class,
            error_message=self.error_message,
            retry_after_seconds=self.retry_after_seconds,
        )


@contextlib.asynccontextmanager
async def serve_answers(
    settings: WorkerSettings, queue: TaskQueue, metrics: WorkerMetrics
) -> AsyncIterator[int | None]:
    """Take later answers on WA_WORK_ANSWER_PORT until the context is left, and yield the port.

    Yields None where no service may answer later, and where this worker is not to hear it. Raises
    PortRefusedError.
    """
    key, wanted = settings.wa_work_http_secret, settings.wa_work_answer_port
    if settings.wa_work_answer_url is None or key is None or wanted is None:
        yield None
        return
    secret = key.get_secret_value().encode()
    host = settings.wa_work_answer_host
    endpoint = _Endpoint(queue, metrics, secret).take
    # Any path: which one leads here is a proxy's to say.
    app = Starlette(routes=[Route("/{path:path}", endpoint, methods=["POST"])])
    with bind(host, wanted, "later answers", "WA_WORK_ANSWER_PORT") as port:
        server = Server(app, LIMITS)
        async with server.accepting(port) as number:
            logger.info("WORK_ANSWERS_STARTED", host=host, port=number)
            yield number


class _Endpoint:
    """Verifies, settles, and says what became of it."""

    def __init__(self, queue: TaskQueue, metrics: WorkerMetrics, secret: bytes) -> None:
        self._queue = queue
        self._metrics = metrics
        self._secret = secret

    async def take(self, request: Request) -> Response:
        """Answer 200 for what need not be sent again, `counted` or not, and otherwise why not."""
        try:
            response: Response = JSONResponse({"counted": await self._settle(request)})
        except HTTPException as refused:
            response = JSONResponse({"error": refused.detail}, refused.status_code, refused.headers)
        self._metrics.count_answer(response.status_code)
        return response

    async def _settle(self, request: Request) -> bool:
        answer = await self._read(request)
        attempt, result = Attempted(answer.task, answer.lock_token), answer.as_result()
        try:
            try:
                return await self._report(attempt, result)
            except psycopg.Error as error:
                if find_blame_of(error) is not Blame.PAYLOAD:
                    raise
            # As with any worker's: what the database refuses to keep has failed.
            await self._report(attempt, result.essential())
        except psycopg.Error as error:
            raise HTTPException(503, "database_unavailable", _RETRY_AFTER) from error
        raise HTTPException(400, "result_refused")

    async def _report(self, attempt: Attempted, result: TaskResult) -> bool:
        for left in reversed(range(_ATTEMPTS)):
            try:
                report = await self._queue.answer(attempt, result)
            except psycopg.Error as error:
                self._metrics.count_database_error(error)
                report_failure("WORK_ANSWER_FAILED", error, id=attempt.id)
                if not left or find_blame_of(error) is not Blame.CONTENTION:
                    raise
            else:
                break
        log_events(report.get("events") or ())
        self._metrics.count_settled(1, report)
        return not report["lost"]

    async def _read(self, request: Request) -> LaterAnswer:
        """Return what was signed. Raises HTTPException."""
        if int(request.headers.get("content-length", 0)) > MOST_BYTES:
            raise HTTPException(413, "body_too_large", CLOSE)
        body = await read_body(request.receive, MOST_BYTES)
        header = request.headers.get(SIGNATURE)
        if not signature.is_signed_by_one_of([self._secret], body, header):
            raise HTTPException(401, "signature_wrong" if header else UNSIGNED["error"])
        if (unverified := request.scope.get("extensions", {}).get(EXTENSION)) is not None:
            unverified.release()
        try:
            return LaterAnswer.model_validate_json(body)
        except ValidationError as error:
            (problem, *_) = error.errors(include_url=False, include_context=False)
            place = ".".join(map(str, problem["loc"]))
            raise HTTPException(400, f"{place}: {problem['msg']}".lstrip(": ")) from error
