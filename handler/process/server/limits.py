"""What a client may cost before its request is verified."""

from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most that a client gets; whoever goes beyond is answered with a Refusal, or closed."""

    head_bytes: int = 64 * 1024
    """Of one request, all that is not body: request line, headers, chunk sizes and trailers."""
    head_fields: int = 128
    head_seconds: float = 10.0
    body_bytes: int = 64 * 1024 * 1024
    """Of all bodies together that are not verified yet."""
    body_seconds: float = 30.0
    idle_seconds: float = 60.0
    """Between two requests of a connection, and for a client that does not read its answer."""
    connections: int = 2048
    """Above it, those go first that have kept the server waiting for longest."""
    linger_seconds: float = 1.0
    """For a refused client to read why, before its connection is cut."""
    grace_seconds: float = 20.0
    """From SIGTERM on, to answer what is in flight: platforms kill after 30 seconds."""


class Refusal(Enum):
    """Why the server itself ended a request or a connection."""

    MALFORMED = "malformed_request", HTTPStatus.BAD_REQUEST
    HEAD_TIMEOUT = "head_timeout", HTTPStatus.REQUEST_TIMEOUT
    BODY_TIMEOUT = "body_timeout", HTTPStatus.REQUEST_TIMEOUT
    HEAD_TOO_LARGE = "head_too_large", HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    TOO_MANY_CONNECTIONS = "too_many_connections", HTTPStatus.SERVICE_UNAVAILABLE
    TOO_MANY_BYTES = "too_many_unverified_bytes", HTTPStatus.SERVICE_UNAVAILABLE
    SHUTTING_DOWN = "shutting_down", HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, error: str, status: HTTPStatus) -> None:
        self.error = error
        self.status = status
        self.body = f'{{"error":"{error}"}}\n'.encode()
        self.head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            "content-type: application/json\r\n"
            f"content-length: {len(self.body)}\r\n"
            "connection: close\r\n"
        ).encode()
