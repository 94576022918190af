"""What becomes of one signed body: its effect is committed, or it is kept whole for an operator."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from handler.coalescer import Coalescer
from handler.payload import Reason, keep, storable_text
from handler.process.logs import log_events, logger
from handler.rpc import Answer, DispatchError, PayloadRefused, Rpc


class Intake:
    """The road from raw bytes to a commit; `on_answer` hears of each committed call once."""

    def __init__(
        self,
        rpc: Rpc,
        on_answer: Callable[[Answer], None],
        *,
        concurrency: int,
        batch_size: int,
        snapshot_rate: float = 0.0,
    ) -> None:
        self._rpc = rpc
        self._on_answer = on_answer
        self._snapshot_rate = snapshot_rate
        self._coalescer = Coalescer(self._call, concurrency=concurrency, batch_size=batch_size)

    async def take(self, body: bytes) -> Answer:
        """Commit the effect of a body whose signature holds.

        A body that breaks the dispatch itself is kept and counts as taken, or Meta would send it
        for seven days. Raises PayloadRefused if it is no webhook, in which case it is kept too, and
        another DispatchError if nothing could be committed.
        """
        try:
            text, was_replaced = storable_text(body)
        except UnicodeDecodeError as error:
            await self._keep(body, "not_json", str(error))
            raise PayloadRefused("not_json", str(error)) from error
        options: dict[str, Any] = {}
        if was_replaced:
            options["keep"] = [keep(body, "text_replaced", "")]
        if self._snapshot_rate and random.random() < self._snapshot_rate:  # noqa: S311 (a sample)
            options["snapshot"] = True
        if text.lstrip().startswith("["):
            # The RPC takes an array as bodies that were joined; one inside another it refuses.
            text = f"[{text}]"
        try:
            return await self._coalescer.deliver(text, options)
        except PayloadRefused as refused:
            answer = await self._keep(body, refused.reason, refused.error)
            if refused.reason != "dispatch_error":
                raise
            logger.error("PAYLOAD_KEPT", reason=refused.reason, sqlstate=refused.sqlstate)
            return answer

    async def drain(self) -> None:
        """Wait until everything taken so far is committed or has failed."""
        await self._coalescer.drain()

    async def _keep(self, body: bytes, reason: Reason, error: str) -> Answer:
        try:
            return await self._call(None, {"keep": [keep(body, reason, error)]})
        except PayloadRefused as refused:
            # The database refuses everybody: not migrated, no rights, read-only.
            raise DispatchError(refused.error) from refused

    async def _call(
        self, payload: str | None, options: Mapping[str, Any], requests: int = 1
    ) -> Answer:
        answer = await self._rpc.dispatch(payload, options, requests=requests)
        log_events(answer.events)
        self._on_answer(answer)
        return answer
