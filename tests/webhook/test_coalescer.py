"""How deliveries share calls: who waits for whom, and who fails with whom."""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from typing import Any

import pytest

from handler.coalescer import Coalescer
from handler.rpc import Answer, DatabaseContended, DatabaseUnavailable, PayloadRefused


class Gate:
    """A dispatch that answers when told to, and remembers what it was asked."""

    def __init__(self, failures: Mapping[str, Exception] | None = None) -> None:
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.is_open = asyncio.Event()
        self._failures = failures or {}

    async def __call__(self, payload: str, options: Mapping[str, Any], requests: int) -> Answer:
        self.calls.append((payload, options))
        await self.is_open.wait()
        for text, error in self._failures.items():
            if text in payload:
                raise error
        return Answer({}, (), retention_is_due=False, requests=requests)

    @property
    def payloads(self) -> list[Any]:
        return [json.loads(payload) for payload, _ in self.calls]


async def started(*coroutines: Coroutine[Any, Any, Answer]) -> list[asyncio.Task[Answer]]:
    """Start each delivery on its own and let the coalescer pick up what it will."""
    tasks = []
    for coroutine in coroutines:
        tasks.append(asyncio.create_task(coroutine))
        await settled()
    return tasks


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_lone_delivery_is_called_at_once_and_as_it_is() -> None:
    gate = Gate()
    (task,) = await started(Coalescer(gate).deliver('{"n":1}'))
    assert gate.payloads == [{"n": 1}]
    gate.is_open.set()
    assert (await task).requests == 1


async def test_deliveries_that_arrive_during_a_call_share_the_next_one() -> None:
    gate = Gate()
    coalescer = Coalescer(gate, concurrency=1)
    tasks = await started(*(coalescer.deliver(str(n)) for n in range(4)))
    assert gate.payloads == [0]
    gate.is_open.set()
    answers = await asyncio.gather(*tasks)
    assert gate.payloads == [0, [1, 2, 3]]
    assert [answer.requests for answer in answers] == [1, 3, 3, 3]


async def test_who_was_answered_and_writes_again_shares_the_next_call() -> None:
    gate = Gate()
    coalescer = Coalescer(gate, gather_seconds=3600)
    first, second = await started(coalescer.deliver("0"), coalescer.deliver("1"))
    gate.is_open.set()
    await first
    await settled()
    assert gate.payloads == [0]
    third = await coalescer.deliver("2")
    assert gate.payloads == [0, [1, 2]]
    assert third is await second


async def test_no_delivery_is_answered_before_its_own_call() -> None:
    gate = Gate()
    tasks = await started(Coalescer(gate).deliver("1"))
    assert not tasks[0].done()
    gate.is_open.set()
    await tasks[0]


async def test_calls_at_once_are_bounded() -> None:
    gate = Gate()
    coalescer = Coalescer(gate, concurrency=2, batch_size=1)
    tasks = await started(*(coalescer.deliver(str(n)) for n in range(5)))
    assert len(gate.calls) == 2
    gate.is_open.set()
    await asyncio.gather(*tasks)


async def test_a_full_batch_does_not_wait_for_the_call_before_it() -> None:
    gate = Gate()
    coalescer = Coalescer(gate, batch_size=3)
    tasks = await started(*(coalescer.deliver(str(n)) for n in range(5)))
    assert gate.payloads == [0, [1, 2, 3]]
    gate.is_open.set()
    await asyncio.gather(*tasks)
    assert gate.payloads == [0, [1, 2, 3], 4]


async def test_nobody_waits_for_a_call_that_lasts_for_long() -> None:
    gate = Gate()
    coalescer = Coalescer(gate, patience_seconds=0)
    first, *_ = await started(coalescer.deliver("0"), coalescer.deliver("1"))
    await settled()
    assert gate.payloads == [0, 1]
    assert not first.done()
    gate.is_open.set()
    await first


async def test_deliveries_a_call_are_bounded() -> None:
    gate = Gate()
    coalescer = Coalescer(gate, concurrency=1, batch_size=2)
    tasks = await started(*(coalescer.deliver(str(n)) for n in range(6)))
    gate.is_open.set()
    await asyncio.gather(*tasks)
    assert gate.payloads == [0, [1, 2], [3, 4], 5]


async def test_characters_a_call_are_bounded_and_a_large_body_goes_alone() -> None:
    gate = Gate()
    coalescer = Coalescer(gate, concurrency=1, batch_characters=4)
    bodies = ["1", "22", "33", "44", "5555555"]
    tasks = await started(*(coalescer.deliver(body) for body in bodies))
    gate.is_open.set()
    await asyncio.gather(*tasks)
    assert gate.payloads == [1, [22, 33], 44, 5555555]


async def test_a_delivery_with_options_shares_its_call_with_nobody() -> None:
    gate = Gate()
    coalescer = Coalescer(gate, concurrency=1)
    options = {"snapshot": True}
    tasks = await started(
        coalescer.deliver("1"),
        coalescer.deliver("2"),
        coalescer.deliver("3", options),
        coalescer.deliver("4"),
    )
    gate.is_open.set()
    await asyncio.gather(*tasks)
    assert gate.payloads == [1, 2, 3, 4]
    assert [dict(given) for _, given in gate.calls] == [{}, {}, options, {}]


async def test_one_bad_payload_fails_alone() -> None:
    refused = PayloadRefused("not_json", "22P02")
    gate = Gate({"2": refused})
    coalescer = Coalescer(gate, concurrency=1)
    tasks = await started(*(coalescer.deliver(str(n)) for n in range(4)))
    gate.is_open.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert gate.payloads == [0, [1, 2, 3], 1, 2, 3]
    assert [isinstance(result, Answer) for result in results] == [True, True, False, True]
    assert results[2] is refused


async def test_a_contended_batch_is_repeated_one_by_one() -> None:
    gate = Gate({"[": DatabaseContended("40P01")})
    coalescer = Coalescer(gate, concurrency=1)
    tasks = await started(*(coalescer.deliver(str(n)) for n in range(3)))
    gate.is_open.set()
    await asyncio.gather(*tasks)
    assert gate.payloads == [0, [1, 2], 1, 2]


async def test_a_batch_without_a_database_fails_at_once_for_everybody() -> None:
    gate = Gate({"": DatabaseUnavailable("08006")})
    coalescer = Coalescer(gate, concurrency=1)
    tasks = await started(*(coalescer.deliver(str(n)) for n in range(3)))
    gate.is_open.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert gate.payloads == [0, [1, 2]]
    assert all(isinstance(result, DatabaseUnavailable) for result in results)


async def test_an_unexpected_error_reaches_its_own_callers_and_the_work_goes_on() -> None:
    gate = Gate({"1": RuntimeError()})
    coalescer = Coalescer(gate, concurrency=1, batch_size=1)
    tasks = await started(coalescer.deliver("1"), coalescer.deliver("2"))
    gate.is_open.set()
    with pytest.raises(RuntimeError):
        await tasks[0]
    assert (await tasks[1]).requests == 1


async def test_a_caller_that_goes_away_cancels_nobody_elses_call() -> None:
    gate = Gate()
    coalescer = Coalescer(gate, concurrency=1)
    tasks = await started(*(coalescer.deliver(str(n)) for n in range(3)))
    tasks[0].cancel()
    tasks[1].cancel()
    await settled()
    gate.is_open.set()
    assert (await tasks[2]).requests == 2
    assert gate.payloads == [0, [1, 2]]


async def test_draining_waits_for_every_delivery() -> None:
    gate = Gate()
    coalescer = Coalescer(gate, concurrency=1)
    tasks = await started(*(coalescer.deliver(str(n)) for n in range(3)))
    draining = asyncio.create_task(coalescer.drain())
    await settled()
    assert not draining.done()
    gate.is_open.set()
    await draining
    assert [task.done() for task in tasks] == [True, True, True]


async def test_a_delivery_right_after_the_last_answer_is_not_forgotten() -> None:
    gate = Gate()
    gate.is_open.set()
    coalescer = Coalescer(gate, concurrency=1)
    for _ in range(100):
        async with asyncio.timeout(30):
            await coalescer.deliver("1")


async def test_more_than_the_waiting_room_holds_is_refused_at_once() -> None:
    gate = Gate()
    coalescer = Coalescer(gate, concurrency=1, waiting_characters=2)
    tasks = await started(*(coalescer.deliver(str(n)) for n in range(4)))
    with pytest.raises(DatabaseUnavailable):
        await tasks[3]
    gate.is_open.set()
    await asyncio.gather(*tasks[:3])
