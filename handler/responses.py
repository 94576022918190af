"""Answers over HTTP: one line of JSON each."""

import functools
import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from handler.rpc import Answer

Headers = Mapping[str, str] | None

RETRY_AFTER = {"Retry-After": "5"}

_ENCODER = json.JSONEncoder(separators=(",", ":"))


@functools.lru_cache(maxsize=16)
def accept(answer: Answer) -> Response:
    """Answer with what the call did; all requests that shared it are answered the same."""
    return reply(200, answer.outcome)


def reply(status: int, content: Mapping[str, Any], headers: Headers = None) -> Response:
    """Answer with one line of JSON."""
    return Response(_ENCODER.encode(content) + "\n", status, headers, "application/json")


def refuse(status: int, error: str, headers: Headers = None) -> Response:
    """Answer with one line of JSON that names the error."""
    return reply(status, {"error": error}, headers)
