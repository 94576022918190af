"""What becomes of one signed body: its effect is committed, or it is kept whole for an operator."""

import random
from typing import Any

from handler.coalescer import Coalescer
from handler.payload import Reason, check_json, keep, storable_text
from handler.process.logs import logger
from handler.recorder import Recorder
from handler.rpc import Answer, DispatchError, PayloadRefused


class Intake:
    """The road from raw bytes to a commit: in a shared call, or alone for what has to be kept."""

    def __init__(
        self, coalescer: Coalescer, recorder: Recorder, *, snapshot_rate: float = 0.0
    ) -> None:
        self._coalescer = coalescer
        self._recorder = recorder
        self._snapshot_rate = snapshot_rate

    async def take(self, body: bytes) -> Answer:
        """Commit the effect of a body whose signature holds.

        A body that breaks the dispatch itself is kept and counts as taken, or Meta would send it
        for seven days. Raises PayloadRefused if it is no webhook, in which case it is kept too, and
        another DispatchError if nothing could be committed.
        """
        try:
            text, was_replaced = storable_text(body)
            check_json(text)
        except ValueError as error:
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

    async def _keep(self, body: bytes, reason: Reason, error: str) -> Answer:
        try:
            return await self._recorder.dispatch(None, {"keep": [keep(body, reason, error)]}, 1)
        except PayloadRefused as refused:
            # The database refuses everybody: not migrated, no rights, read-only.
            raise DispatchError(refused.error) from refused
