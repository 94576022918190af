"""A service can do a kind of task: it gets a signed request, and its answer is the result."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, LiteralString

import pytest
from pydantic import SecretStr, ValidationError
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from handler.process.listening import bind
from tests.notifier.conftest import until
from wa_webhook.dev.server import LocalServer
from wa_webhook.worker.http_kind import MOST_BYTES
from wa_webhook.worker.process import http_functions_of, open_worker
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from starlette.requests import Request

    from tests.fixtures.postgres import Database
    from tests.tasks.conftest import Workshop

SECRET = "secret-of-the-service"  # noqa: S105


class Service:
    """Does tasks by HTTP: answers what it is told, and keeps what it was asked."""

    def __init__(self, answer: Response) -> None:
        self._answer = answer
        self.asked: list[tuple[bytes, str]] = []
        self.server = LocalServer(
            Starlette(routes=[Route("/tasks", self._take, methods=["POST"])]),
            bind("127.0.0.1", 0, "service"),
        )

    async def _take(self, request: Request) -> Response:
        self.asked.append((await request.body(), request.headers["x-wa-signature-256"]))
        return self._answer


async def work_until(
    workshop: Workshop,
    database: Database,
    service: Service,
    column: LiteralString,
    wanted: object,
    **given: Any,
) -> None:
    """Run a worker for the service until the only task's column is as wanted."""
    async with service.server:
        settings = WorkerSettings(
            _env_file=None,
            wa_database_url=SecretStr(database.url("wa_worker_role")),
            wa_metrics_port=None,
            wa_work_http=f"scan={service.server.url}/tasks",
            wa_work_http_secret=SecretStr(SECRET),
            **given,
        )
        async with open_worker(settings, http_functions_of(settings)) as worker:
            running = asyncio.create_task(worker.run())
            try:
                await until(lambda: workshop.tasks(column) == [wanted])
            finally:
                worker.stop()
                await running


async def test_the_answer_of_a_signed_request_is_the_result(
    workshop: Workshop, database: Database
) -> None:
    workshop.say("scan")
    service = Service(JSONResponse({"text": "hello"}))
    await work_until(workshop, database, service, "reached", "answered")
    assert workshop.last_reply() == "read hello"
    ((body, signature),) = service.asked
    task = workshop.task()["id"]
    assert json.loads(body) == {"task": task, "kind": "scan", "attempt": 1, "input": {"page": 1}}
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert signature == f"sha256={expected}"


@pytest.mark.parametrize(
    ("answer", "error_class"),
    [
        (Response(status_code=429, headers={"retry-after": "60"}), "busy"),
        (Response(status_code=502), "transient"),
        (Response(status_code=401), "transient"),
        (Response(status_code=404), "permanent"),
        (Response(status_code=302, headers={"location": "/"}), "permanent"),
        (PlainTextResponse("hello"), "permanent"),
        (Response(status_code=202), "permanent"),
        (JSONResponse("x" * MOST_BYTES), "too_large"),
    ],
)
async def test_what_a_service_answers_otherwise_says_how_it_failed(
    workshop: Workshop, database: Database, answer: Response, error_class: str
) -> None:
    workshop.say("scan")
    await work_until(workshop, database, Service(answer), "error_class", error_class)


@pytest.mark.parametrize(
    "given",
    [
        {"wa_work_http": "scan=https://example.org/tasks"},
        {"wa_work_answer_url": "https://bot.example/tasks"},
    ],
)
def test_services_without_a_secret_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="WA_WORK_HTTP_SECRET"):
        WorkerSettings(
            _env_file=None, wa_database_url=SecretStr("postgresql://localhost/wa"), **given
        )
