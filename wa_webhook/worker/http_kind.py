"""Kinds that a service does: a signed POST, whose answer is the result, now or later."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import TypeAdapter

from handler import signature
from wa_webhook.worker.errors import (
    AnsweredLater,
    BusyError,
    PermanentError,
    TaskError,
    TooLargeError,
)
from wa_webhook.worker.registry import TaskFunction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wa_webhook.worker.context import TaskContext

SIGNATURE = "X-Wa-Signature-256"
MOST_BYTES = 2 * 1024 * 1024
"""Twice what a task may keep, since JSON can be written at length."""
_ACCEPTED = 202
_BUSY = frozenset({429, 503})
# 401: one of the two has another secret, which somebody is about to change or will.
_WORTH_REPEATING = frozenset({401, 408, 425})
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Later:
    """Where a service that answers 202 reports back, and within how many seconds."""

    url: str
    seconds: float


def make_http_functions(
    services: Mapping[str, str], secret: bytes, timeout_seconds: float, later: Later | None = None
) -> list[TaskFunction]:
    """Return a function for each kind of `services`, which maps kinds to URLs.

    Without `later` none may take its time.
    """
    return [
        TaskFunction(
            kind,
            _HttpKind(url, secret, timeout_seconds, later).do,
            TypeAdapter(Any),
            takes_context=True,
            is_async=True,
            concurrency=None,
            timeout_seconds=None,
        )
        for kind, url in services.items()
    ]


class _HttpKind:
    """A service that does tasks of one kind."""

    def __init__(
        self, url: str, secret: bytes, timeout_seconds: float, later: Later | None
    ) -> None:
        self._url = url
        self._secret = secret
        self._timeout = timeout_seconds
        self._later = later
        # To read the certificates takes longer than a request.
        self._tls = httpx.create_ssl_context()

    async def do(self, given: object, context: TaskContext) -> object:
        """Post the task, and return the JSON of the answer.

        Raises BusyError for 429 and 503, TaskError for other errors of the service or the network,
        PermanentError for what it refuses or does not answer in JSON, TooLargeError for what could
        not be kept, and AnsweredLater for 202.
        """
        asked = {
            "task": context.task_id,
            "kind": context.kind,
            "attempt": context.attempt,
            "input": given,
        }
        if self._later is not None:
            asked |= {"answer_url": self._later.url, "lock_token": str(context.lock_token)}
        body = json.dumps(asked).encode()
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: signature.sign(body, self._secret),
        }
        try:
            # A redirect could lead the task to somebody else.
            async with (
                httpx.AsyncClient(
                    timeout=self._timeout, verify=self._tls, follow_redirects=False
                ) as http,
                http.stream("POST", self._url, content=body, headers=headers) as answer,
            ):
                content = await _read(answer) if answer.is_success else b""
        except httpx.HTTPError as error:
            raise TaskError(type(error).__name__) from error
        status = answer.status_code
        if status in _BUSY:
            after = answer.headers.get("retry-after", "")
            raise BusyError(f"HTTP {status}", float(after) if after.isdecimal() else None)
        if status >= _SERVER_ERROR or status in _WORTH_REPEATING:
            raise TaskError(f"HTTP {status}")
        if not answer.is_success:
            raise PermanentError(f"HTTP {status}")
        if status == _ACCEPTED:
            if self._later is None:
                raise PermanentError("HTTP 202, and WA_WORK_ANSWER_URL is not set")
            raise AnsweredLater(self._later.seconds)
        try:
            return json.loads(content) if content else None
        except ValueError:
            raise PermanentError("the answer is no JSON") from None


async def _read(answer: httpx.Response) -> bytes:
    content = b""
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > MOST_BYTES:
            raise TooLargeError(f"the answer has more than {MOST_BYTES} bytes")
    return content
