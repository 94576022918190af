"""What was committed, logged and counted once a call, however many requests shared it."""

from collections.abc import Callable, Mapping
from typing import Any

from handler.process.logs import log_events
from handler.rpc import Answer, Rpc


class Recorder:
    """The dispatch of an RPC; `on_answer` hears of each committed call once."""

    def __init__(self, rpc: Rpc, on_answer: Callable[[Answer], None]) -> None:
        self._rpc = rpc
        self._on_answer = on_answer

    async def dispatch(
        self, payload: str | None, options: Mapping[str, Any], requests: int
    ) -> Answer:
        """Commit the effect of a body, or of an array of them. Raises a DispatchError."""
        answer = await self._rpc.dispatch(payload, options, requests=requests)
        log_events(answer.events)
        self._on_answer(answer)
        return answer
