"""Kinds that a service does: a signed POST, whose answer is the result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import TypeAdapter

from handler import signature
from wa_webhook.worker.errors import BusyError, PermanentError, TaskError
from wa_webhook.worker.registry import TaskFunction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wa_webhook.worker.context import TaskContext

SIGNATURE = "X-Wa-Signature-256"
_BUSY = frozenset({429, 503})
_WORTH_REPEATING = frozenset({408, 425})
_SERVER_ERROR = 500


def make_http_functions(
    services: Mapping[str, str], secret: bytes, timeout_seconds: float
) -> list[TaskFunction]:
    """Return a function for each kind of `services`, which maps kinds to URLs."""
    return [
        TaskFunction(
            kind,
            _HttpKind(url, secret, timeout_seconds).do,
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

    def __init__(self, url: str, secret: bytes, timeout_seconds: float) -> None:
        self._url = url
        self._secret = secret
        self._timeout = timeout_seconds
        # To read the certificates takes longer than a request.
        self._tls = httpx.create_ssl_context()

    async def do(self, given: object, context: TaskContext) -> object:
        """Post the task, and return the JSON of the answer.

        Raises BusyError for 429 and 503, TaskError for other errors of the service or the network,
        and PermanentError for what it refuses or does not answer in JSON.
        """
        body = json.dumps(
            {
                "task": context.task_id,
                "kind": context.kind,
                "attempt": context.attempt,
                "input": given,
            }
        ).encode()
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: signature.sign(body, self._secret),
        }
        try:
            # A redirect could lead the task to somebody else.
            async with httpx.AsyncClient(
                timeout=self._timeout, verify=self._tls, follow_redirects=False
            ) as http:
                answer = await http.post(self._url, content=body, headers=headers)
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
        try:
            return answer.json() if answer.content else None
        except ValueError:
            raise PermanentError("the answer is no JSON") from None
