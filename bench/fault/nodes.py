"""The run on a cluster of Citus: two businesses on two workers, one handler, and what befalls one.

A worker is killed and comes back, and a business is moved from one worker to another, while signed
webhooks of both are posted at a steady rate. What is not answered with 200 is posted again, as Meta
does. In the end each message has to have been counted once and answered as often as any other.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import shlex
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psycopg
from psycopg import sql

from bench.cluster import drop_businesses, holder_of, make_business, move_business, url_of
from bench.people import FIRST_PHONE, SECRET, webhook_body
from bench.processes import HOST, PRESENT, run_program
from handler.signature import HEADER, sign
from wa_webhook.dev.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from bench.fault.plan import NodesPlan
    from wa_webhook.naming.names import Names

_RETRY_SECONDS = 0.5
# By the id of each one's account.
_BUSINESSES = {"fault_acme": "101", "fault_beta": "202"}
_PATIENCE_SECONDS = 30.0

_COUNTED = """
select event.wa_message_id, event.status, count(reply.id)
from {schema}.wa_events as event
left join {schema}.notifications as reply on reply.user_id = event.user_id
group by 1, 2
"""
_KEPT = (
    "select reason || ': ' || coalesce(error, ''), count(*) from {schema}.kept_payloads group by 1"
)


@dataclass
class Posted:
    """What came of the webhooks of one business; times in seconds of the run's clock.

    `gap_seconds` is the longest time without an answer of 200, while webhooks were posted.
    """

    messages: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    answered_at: list[float] = field(default_factory=list)
    latencies_ms: list[float] = field(default_factory=list)

    @property
    def gap_seconds(self) -> float:
        """The longest time between two answers of 200."""
        at = sorted(self.answered_at)
        return max((later - sooner for sooner, later in itertools.pairwise(at)), default=0.0)

    def line(self) -> str:
        """Return all of it in one line."""
        ordered = sorted(self.latencies_ms)
        statuses = ", ".join(f"{count} x {what}" for what, count in sorted(self.statuses.items()))
        return (
            f"{self.messages} messages, answers {statuses};"
            f" 200 after {ordered[len(ordered) // 2]:.0f} ms (median), {ordered[-1]:.0f} (longest);"
            f" longest time without one {self.gap_seconds:.1f} s"
        )


@dataclass(frozen=True)
class NodesVerdict:
    """What each business has of what it was sent: nothing may be lost, nothing twice."""

    told: Mapping[str, str]
    lost: Mapping[str, int]
    kept: Mapping[str, int]
    unprocessed: int
    answered_otherwise: int

    @property
    def is_flawless(self) -> bool:
        """Whether each message was counted once, and answered as often as any other."""
        return not (self.lost or self.kept or self.unprocessed or self.answered_otherwise)

    def lines(self) -> list[str]:
        """Return what is to be printed."""
        counts = f"lost {sum(self.lost.values())}, not processed {self.unprocessed}"
        return [
            *(f"{name}: {told}" for name, told in self.told.items()),
            *(f"lost in {when}: {count}" for when, count in self.lost.items()),
            *(f"kept for a replay {count} x {why}" for why, count in self.kept.items()),
            f"{counts}, answered less or more than once {self.answered_otherwise}",
        ]


class NodesRun:
    """One run on the cluster whose coordinator has this URL."""

    def __init__(self, plan: NodesPlan) -> None:
        self._plan = plan
        self._url = plan.citus
        self.faults: Counter[str] = Counter()
        self._posted: dict[str, Posted] = {}
        self._sent: dict[str, list[str]] = {}

    async def run(self) -> NodesVerdict:
        """Make the businesses, post while things befall them, judge, and drop them.

        Raises TimeoutError when messages still go unanswered after the plan's patience.
        """
        told: dict[str, str] = {}
        with _businesses(self._url) as businesses:
            moved = next(iter(businesses.values()))
            for number in range(self._plan.rounds):
                move = partial(self._move, moved)
                for what, befall in (("kill", self._kill), ("move", move), ("move back", move)):
                    with _serving(self._plan, businesses) as http_url:
                        await self._post_while(http_url, number, what, befall)
                    for name, posted in self._posted.items():
                        told[f"{what} {number + 1}, {name}"] = posted.line()
            return _judge(self._url, self._sent, told)

    async def _post_while(
        self, http_url: str, number: int, what: str, befall: Callable[[], Awaitable[str]]
    ) -> None:
        self._posted = {one: Posted() for one in _BUSINESSES}
        is_over = asyncio.Event()
        async with (
            httpx.AsyncClient(
                base_url=http_url, timeout=30, limits=httpx.Limits(max_connections=None)
            ) as http,
            asyncio.TaskGroup() as group,
        ):
            for name in _BUSINESSES:
                group.create_task(self._post(http, name, f".{what} {number + 1}.", is_over))
            await asyncio.sleep(self._plan.seconds)
            said = await befall()
            await asyncio.sleep(self._plan.seconds)
            is_over.set()
        print(f"{what} {number + 1}: {said}", flush=True)

    async def _post(
        self, http: httpx.AsyncClient, name: str, head: str, is_over: asyncio.Event
    ) -> None:
        posted = self._posted[name]
        sent = self._sent.setdefault(name, [])
        begun = time.perf_counter()
        async with asyncio.timeout(self._plan.patience_seconds), asyncio.TaskGroup() as group:
            while not is_over.is_set():
                await asyncio.sleep(
                    max(0.0, begun + posted.messages / self._plan.rate - time.perf_counter())
                )
                phone = str(FIRST_PHONE + len(sent))
                message = f"{head}{posted.messages}"
                posted.messages += 1
                body = json.loads(webhook_body(phone, message, str(int(time.time()))))
                sent.append(body["entry"][0]["changes"][0]["value"]["messages"][0]["id"])
                body["entry"][0]["id"] = _BUSINESSES[name]
                group.create_task(_deliver(http, json.dumps(body).encode(), posted))

    async def _kill(self) -> str:
        begun = time.perf_counter()
        await _run(self._plan.stop_worker)
        await asyncio.sleep(self._plan.seconds_away)
        await _run(self._plan.start_worker)
        self.faults["kill"] += 1
        return f"a worker was away for {time.perf_counter() - begun:.1f} s"

    async def _move(self, moved: Names) -> str:
        begun = time.perf_counter()
        await asyncio.to_thread(move_business, self._url, moved)
        self.faults["move"] += 1
        return f"a business was moved in {time.perf_counter() - begun:.1f} s"


async def _deliver(http: httpx.AsyncClient, body: bytes, posted: Posted) -> None:
    """Post until the answer is 200."""
    begun = time.perf_counter()
    headers = {HEADER: sign(body, SECRET.encode())}
    while True:
        try:
            answer = await http.post("/webhook", content=body, headers=headers)
            posted.statuses[str(answer.status_code)] += 1
            if answer.status_code == httpx.codes.OK:
                posted.answered_at.append(time.perf_counter())
                posted.latencies_ms.append((posted.answered_at[-1] - begun) * 1000)
                return
        except httpx.TransportError as error:
            posted.statuses[type(error).__name__] += 1
        await asyncio.sleep(_RETRY_SECONDS)


async def _run(command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *shlex.split(command), stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait() != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}")


@contextlib.contextmanager
def _businesses(url: str) -> Iterator[Mapping[str, Names]]:
    """Make both, each on a worker of its own, and drop them in the end."""
    try:
        names = {one: make_business(url, one) for one in _BUSINESSES}
        if len({holder_of(url, one) for one in names}) == 1:
            move_business(url, next(iter(names.values())))
        yield names
    finally:
        drop_businesses(url, _BUSINESSES)


@contextlib.contextmanager
def _serving(plan: NodesPlan, businesses: Mapping[str, Names]) -> Iterator[str]:
    """Run `wa-webhook serve` for both, and yield where it listens once it does."""
    sections = [
        f'[{one}]\nids = ["{_BUSINESSES[one]}"]\nWA_DATABASE_SCHEMA = "{one}"\n'
        f'WA_DATABASE_URL = "{url_of(plan.through or plan.citus, names.edge_role)}"\n'
        for one, names in businesses.items()
    ]
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "businesses.toml"
        file.write_text("\n".join(sections), encoding="utf-8")
        with run_program(
            *PRESENT.command("serve"),
            f"--host={HOST}",
            f"--port={port}",
            WA_BUSINESSES_FILE=str(file),
            WA_VERIFY_TOKEN="none",  # noqa: S106
        ):
            _wait_until_it_listens(port)
            yield f"http://{HOST}:{port}"


def _wait_until_it_listens(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"http://{HOST}:{port}/readyz").status_code == httpx.codes.OK:
                return
        time.sleep(0.05)
    raise TimeoutError("the handler is not ready")


def _judge(url: str, sent: Mapping[str, list[str]], told: Mapping[str, str]) -> NodesVerdict:
    unprocessed = otherwise = 0
    lost: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    with psycopg.connect(url, autocommit=True) as owner:
        for name, messages in sent.items():
            query = sql.SQL(_COUNTED).format(schema=sql.Identifier(name))
            found = {message: rest for message, *rest in owner.execute(query).fetchall()}
            missing = set(messages) - found.keys()
            lost.update(f"{name}, {one.split('.')[-2]}" for one in missing)
            query = sql.SQL(_KEPT).format(schema=sql.Identifier(name))
            kept.update(dict(owner.execute(query).fetchall()))
            unprocessed += sum(status != "processed" for status, _ in found.values())
            usual = Counter(replies for _, replies in found.values()).most_common(1)[0][0]
            otherwise += sum(replies != usual for _, replies in found.values())
    return NodesVerdict(told, lost, kept, unprocessed, otherwise)
