"""Uvicorn's HTTP protocol, for clients that may be hostile."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from handler.process.server.limits import Refusal
from handler.process.server.unverified import EXTENSION, UnverifiedBody

if TYPE_CHECKING:
    import asyncio

    from starlette.types import Receive, Scope, Send
    from uvicorn.server import ServerState

    from handler.process.server.config import LimitedConfig


class _Phase(Enum):
    """What a connection is at; but for ANSWER, the server waits for the client."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    LEFTOVER = auto()
    """The rest of a body that was answered before it was read."""
    STALLED = auto()
    """An answer that the client does not read."""
    REFUSED = auto()


class _PipelinedError(Exception):
    pass


class LimitedProtocol(HttpToolsProtocol):
    """One connection, which the server waits for no longer, and holds no more of, than allowed.

    A request that comes before the last one is answered is not read: the connection ends with that
    answer, and its client asks again, as HTTP has it.
    """

    # Together with uvicorn's own attributes these would be too many for CPython's fast access.
    __slots__ = ("_all", "_is_deaf", "_limits", "_overhead", "_phase", "body")

    def __init__(
        self,
        config: LimitedConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._all = config.connections
        self._limits = config.connections.limits
        self._phase = _Phase.IDLE
        self._overhead = 0
        self._is_deaf = False
        self.headers = []
        self.body = UnverifiedBody(self._all.unverified)

    @property
    def is_receiving(self) -> bool:
        """Whether the body of a request that is not answered yet is still on its way."""
        return self._is_answering and self.cycle.more_body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a head, perhaps in the place of another connection."""
        super().connection_made(transport)
        self._all.add(self)
        self._wait(_Phase.HEAD, self._limits.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of all that was held for the connection."""
        super().connection_lost(exc)
        self._all.discard(self)
        self.body.release()

    def data_received(self, data: bytes) -> None:
        """Parse what came, in portions that are no longer than what a head may be."""
        portion = self._limits.head_bytes
        if len(data) <= portion:
            self._parse(data)
        else:
            for start in range(0, len(data), portion):
                self._parse(data[start : start + portion])
        self._wait_for_client()

    def on_message_begin(self) -> None:
        """Begin a request, unless another one is still being answered."""
        if self.cycle is not None and not self.cycle.response_complete:
            raise _PipelinedError
        # Requests that are with the application cannot be ended in favour of the newest.
        self.app = self.config.loaded_app
        if len(self.tasks) >= self._limits.connections:
            self.app = _answer_busy
            self._all.on_refusal(Refusal.TOO_MANY_CONNECTIONS)
        super().on_message_begin()
        self.body = UnverifiedBody(self._all.unverified)
        self.scope["extensions"] = {EXTENSION: self.body}  # type: ignore[dict-item]  # not a dict

    def on_body(self, body: bytes) -> None:
        """Hold a part of the body, if that many bytes may be held."""
        self._overhead -= len(body)
        cycle = self.cycle
        if self._is_deaf or cycle.response_complete:
            return
        self.body.take(len(body))
        if self._all.unverified.bytes > self._limits.body_bytes:
            self._all.make_room(self)
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        """Note that the body is complete, be it answered already or not."""
        self.cycle.more_body = False
        self.cycle.message_event.set()
        if self.cycle.response_complete:
            self._overhead = 0

    def on_response_complete(self) -> None:
        """Wait for the next request, or for what is left of the last one."""
        self.server_state.total_requests += 1
        self.body.release()
        self._overhead = 0
        if self.transport.is_closing():
            self._wait(_Phase.STALLED, self._limits.idle_seconds)
        else:
            self.flow.resume_reading()
            self._wait_for_client()

    def pause_writing(self) -> None:
        """Wait for a client that does not read its answer."""
        super().pause_writing()
        self._wait(_Phase.STALLED, self._limits.idle_seconds)

    def resume_writing(self) -> None:
        """Go on after that."""
        super().resume_writing()
        if self._phase is _Phase.STALLED and not self.transport.is_closing():
            self._wait_for_client()

    def expire(self) -> None:
        """End what has lasted for too long."""
        if self._phase is _Phase.BODY:
            self.refuse(Refusal.BODY_TIMEOUT)
        elif self._phase is _Phase.HEAD:
            self.refuse(Refusal.HEAD_TIMEOUT)
        else:
            self._cut()

    def evict(self) -> None:
        """Make room for another connection."""
        if self._phase is not _Phase.REFUSED:
            self.body.refusal = Refusal.TOO_MANY_CONNECTIONS
            self._all.on_refusal(Refusal.TOO_MANY_CONNECTIONS)
        self._cut()

    def refuse(self, refusal: Refusal) -> None:
        """Answer in the application's stead, which is told that the client is gone."""
        if self._phase is _Phase.REFUSED:
            return
        self._is_deaf = True
        self._all.on_refusal(refusal)
        self.body.refusal = refusal
        self.body.release()
        can_be_answered = not self.transport.is_closing() and self._is_owed_an_answer
        if self._is_answering:
            self.cycle.disconnected = True
            self.cycle.body.clear()
            self.cycle.message_event.set()
        if not can_be_answered:
            self._cut()
            return
        self._wait(_Phase.REFUSED, self._limits.linger_seconds)
        fields = b"".join(b"%b: %b\r\n" % field for field in self.server_state.default_headers)
        self.transport.write(refusal.head + fields + b"\r\n" + refusal.body)
        # Closed now, with bytes still coming, the connection would be reset under the answer.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.pause_reading()

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def _is_owed_an_answer(self) -> bool:
        if self._is_answering:
            return not self.cycle.response_started
        return self._overhead > 0 and self._phase is not _Phase.LEFTOVER

    def _parse(self, data: bytes) -> None:
        if self._is_deaf:
            return
        self._overhead += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._end_with_this_answer()
        except httptools.HttpParserError:
            if self._is_answering and not self.cycle.more_body:
                self._end_with_this_answer()
            else:
                self.refuse(Refusal.MALFORMED)
        else:
            has_too_many_bytes = self._overhead > self._limits.head_bytes
            if has_too_many_bytes or len(self.headers) > self._limits.head_fields:
                self.refuse(Refusal.HEAD_TOO_LARGE)

    def _end_with_this_answer(self) -> None:
        if not self._is_deaf:
            self._is_deaf = True
            self.cycle.keep_alive = False
            self._wait_no_more()

    def _wait_for_client(self) -> None:
        cycle = self.cycle
        if self._is_deaf or self.flow.write_paused:
            return
        if cycle is None or (cycle.response_complete and not cycle.more_body):
            if self._overhead:
                self._wait(_Phase.HEAD, self._limits.head_seconds)
            else:
                self._wait(_Phase.IDLE, self._limits.idle_seconds)
        elif not cycle.more_body:
            self._wait_no_more()
        elif cycle.response_complete:
            self._wait(_Phase.LEFTOVER, self._limits.linger_seconds)
        else:
            self._wait(_Phase.BODY, self._limits.body_seconds)

    def _wait(self, phase: _Phase, seconds: float) -> None:
        if self._phase is not phase:
            self._phase = phase
            self._all.wait_for(self, self.loop.time() + seconds)

    def _wait_no_more(self) -> None:
        self._phase = _Phase.ANSWER
        self._all.waiting.pop(self, None)

    def _cut(self) -> None:
        self._is_deaf = True
        self._all.discard(self)
        self.transport.abort()


async def _answer_busy(_scope: Scope, _receive: Receive, send: Send) -> None:
    refusal = Refusal.TOO_MANY_CONNECTIONS
    fields = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(refusal.body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": fields})
    await send({"type": "http.response.body", "body": refusal.body})
