"""A service may accept a task and report back later, signed: a forged report changes nothing."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.responses import Response

from handler import signature
from tests.dispatching import value
from tests.fixtures.names import current_names
from tests.tasks.conftest import result_of
from tests.tasks.test_http_kind import SECRET, Service, work_until
from wa_webhook.dev.postgres import free_port
from wa_webhook.worker.answers import serve_answers
from wa_webhook.worker.http_kind import MOST_BYTES, SIGNATURE
from wa_webhook.worker.metrics import WorkerMetrics
from wa_webhook.worker.settings import WorkerSettings
from wa_webhook.worker.task_queue import TaskQueue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from tests.tasks.conftest import Workshop


@dataclass
class Desk:
    """Where services report back."""

    port: int

    async def take(self, body: bytes, sign: str | None = None) -> httpx.Response:
        """Post a body, signed as services do unless `sign` says otherwise (empty: not at all)."""
        sign = signature.sign(body, SECRET.encode()) if sign is None else sign
        async with httpx.AsyncClient(trust_env=False) as http:
            return await http.post(
                f"http://127.0.0.1:{self.port}/tasks",
                content=body,
                headers={SIGNATURE: sign} if sign else {},
            )

    async def tell(self, task: DictRow, outcome: str = "done", **fields: Any) -> Any:
        """Report what came of a task, and return what is answered with 200."""
        answer = await self.take(answer_of(task, outcome, **fields))
        assert answer.status_code == 200, answer.text
        return answer.json()["counted"]


def answer_of(task: DictRow, outcome: str = "done", **fields: Any) -> bytes:
    """Return what a service posts about a claimed task."""
    told = {"task": task["id"], "lock_token": str(task["lock_token"]), "outcome": outcome}
    return json.dumps(told | (fields or {"result": {"text": "hello"}})).encode()


@asynccontextmanager
async def open_desk(url: str) -> AsyncIterator[Desk]:
    """Take answers on a free port, as every worker does."""
    async with serving(url, "0") as port:
        assert port is not None
        yield Desk(port)


@asynccontextmanager
async def serving(url: str, port: str) -> AsyncIterator[int | None]:
    """Take answers on WA_WORK_ANSWER_PORT, and yield the port."""
    given: dict[str, Any] = {"wa_work_answer_port": port}
    settings = WorkerSettings(
        _env_file=None,
        wa_database_url=SecretStr(url),
        wa_work_http_secret=SecretStr(SECRET),
        wa_work_answer_url="https://bot.example/tasks",
        **given,
    )
    queue = TaskQueue(url, worker="desk", lease_seconds=60, schema=current_names().schema)
    async with queue, serve_answers(settings, queue, WorkerMetrics()) as taken:
        yield taken


def accept(workshop: Workshop, **fields: Any) -> DictRow:
    """Let the conversation ask for a task that a service accepts, and return the claim."""
    workshop.say("scan")
    (claimed,) = workshop.claim()
    report = workshop.settle(result_of(claimed, "accepted", **fields))
    assert (report["accepted"], report["lost"]) == (1, [])
    return claimed


async def test_a_service_that_answers_202_tells_another_worker_the_result_later(
    workshop: Workshop, database: Database
) -> None:
    workshop.say("scan")
    service = Service(Response(status_code=202))
    port = free_port()
    url = f"http://127.0.0.1:{port}/tasks"
    settings = {"wa_work_answer_url": url, "wa_work_answer_port": port}
    is_accepted = "locked_until > clock_timestamp() + interval '50 minutes'"
    await work_until(workshop, database, service, is_accepted, True, **settings)
    ((body, _),) = service.asked
    asked = json.loads(body)
    assert asked["answer_url"] == url
    async with open_desk(database.url("wa_worker_role")) as desk:
        assert await desk.tell({"id": asked["task"], "lock_token": asked["lock_token"]}) is True
    assert (workshop.task()["reached"], workshop.last_reply()) == ("answered", "read hello")


@pytest.mark.parametrize(
    "forge",
    [
        lambda body: (body, ""),
        lambda body: (body, "sha256=0"),
        lambda body: (body, signature.sign(body, b"another secret of somebody")),
        lambda body: (body + b" ", signature.sign(body, SECRET.encode())),
        lambda body: (body.replace(b"hello", b"howdy"), signature.sign(body, SECRET.encode())),
    ],
    ids=["unsigned", "malformed", "another-secret", "longer", "other-words"],
)
async def test_a_forged_answer_is_refused_and_changes_nothing(
    workshop: Workshop, database: Database, forge: Callable[[bytes], tuple[bytes, str]]
) -> None:
    claimed = accept(workshop)
    before = workshop.task()
    async with open_desk(database.url("wa_worker_role")) as desk:
        assert (await desk.take(*forge(answer_of(claimed)))).status_code == 401
        assert workshop.task() == before
        assert await desk.tell(claimed) is True


async def test_whoever_knows_the_secret_and_guesses_a_token_changes_nothing(
    workshop: Workshop, database: Database
) -> None:
    claimed = accept(workshop)
    before = workshop.task()
    async with open_desk(database.url("wa_worker_role")) as desk:
        guessed = claimed | {"lock_token": "00000000-0000-4000-8000-000000000000"}
        assert await desk.tell(guessed) is False
    assert workshop.task() == before


async def test_an_answer_counts_once_however_often_it_comes(
    workshop: Workshop, database: Database
) -> None:
    claimed = accept(workshop)
    async with open_desk(database.url("wa_worker_role")) as desk:
        answers = await asyncio.gather(*(desk.tell(claimed) for _ in range(3)))
        assert sorted(answers) == [False, False, True]
        assert await desk.tell(claimed, result={"text": "other"}) is False
    assert workshop.last_reply() == "read hello"


async def test_an_answer_may_come_before_the_worker_has_said_that_it_is_to_come(
    workshop: Workshop, database: Database
) -> None:
    workshop.say("scan")
    (claimed,) = workshop.claim()
    async with open_desk(database.url("wa_worker_role")) as desk:
        assert await desk.tell(claimed) is True
    report = workshop.settle(result_of(claimed, "accepted"))
    assert (report["accepted"], report["lost"]) == (0, [])
    assert workshop.task()["status"] == "done"


def pass_deadline(workshop: Workshop) -> None:
    workshop.pass_deadline()
    assert workshop.claim() == []


def reset(workshop: Workshop) -> None:
    workshop.owner.execute("delete from public.chat_state")


def claim_anew(workshop: Workshop) -> None:
    workshop.pass_time()
    assert [again["attempt"] for again in workshop.claim()] == [2]


@pytest.mark.parametrize("happen", [pass_deadline, reset, claim_anew])
async def test_an_answer_that_nobody_waits_for_any_more_is_taken_and_counts_nothing(
    workshop: Workshop, database: Database, happen: Callable[[Workshop], None]
) -> None:
    claimed = accept(workshop, answer_seconds=60)
    happen(workshop)
    before = workshop.task()
    async with open_desk(database.url("wa_worker_role")) as desk:
        assert await desk.tell(claimed) is False
    assert workshop.task() == before


async def test_a_service_can_say_later_that_it_failed(
    workshop: Workshop, database: Database
) -> None:
    claimed = accept(workshop)
    async with open_desk(database.url("wa_worker_role")) as desk:
        assert await desk.tell(claimed, "failed", error_class="permanent", error_message="no page")
    assert workshop.last_reply() == "failed permanent"


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b" " * (MOST_BYTES + 1), 413, "body_too_large"),
        (b"{", 400, "Invalid JSON: EOF while parsing an object at line 1 column 1"),
        (b'{"task": 1}', 400, "lock_token: Field required"),
    ],
)
async def test_what_is_no_answer_is_refused_with_what_is_wrong(
    database: Database, body: bytes, status: int, error: str
) -> None:
    async with open_desk(database.url("wa_worker_role")) as desk:
        answer = await desk.take(body)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


async def test_a_result_that_the_database_cannot_keep_fails_the_task_and_is_refused(
    workshop: Workshop, database: Database
) -> None:
    claimed = accept(workshop)
    async with open_desk(database.url("wa_worker_role")) as desk:
        answer = await desk.take(answer_of(claimed, result={"text": "\0"}))
    assert (answer.status_code, answer.json()) == (400, {"error": "result_refused"})
    assert workshop.last_reply() == "failed permanent"


async def test_a_service_is_asked_to_come_again_while_the_database_is_away(
    workshop: Workshop,
) -> None:
    claimed = accept(workshop)
    async with open_desk("postgresql://nobody@127.0.0.1:1/none") as desk:
        answer = await desk.take(answer_of(claimed))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_what_was_accepted_waits_as_long_as_is_said_and_no_sign_of_life_shortens_it(
    workshop: Workshop,
) -> None:
    claimed = accept(workshop, answer_seconds=600)
    assert workshop.settle(result_of(claimed, "running"))["running"] == 1
    waits = "select round(extract(epoch from locked_until - clock_timestamp()) / 60) from wa.tasks"
    assert value(workshop.owner, waits) == 10


async def test_of_several_workers_on_a_machine_one_can_be_the_only_one_to_hear_answers(
    database: Database,
) -> None:
    async with serving(database.url("wa_worker_role"), "off") as port:
        assert port is None
