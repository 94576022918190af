"""Whether containers can be run here."""

from __future__ import annotations

import functools
import socket
from contextlib import closing
from urllib.parse import urlsplit

from testcontainers.core.docker_client import get_docker_host

DEFAULT = "unix:///var/run/docker.sock"
_PATIENCE_SECONDS = 3


@functools.cache
def find_lack() -> str | None:
    """Return what is missing for running containers, or None."""
    place = get_docker_host() or DEFAULT
    try:
        connect(place)
    except OSError as error:
        return f"a Docker daemon; none answers at {place} ({error.strerror or error})"
    return None


def connect(place: str) -> None:
    """Raise OSError where nobody listens; what is behind ssh is taken to be there."""
    url = urlsplit(place)
    if url.scheme == "unix":
        with closing(socket.socket(socket.AF_UNIX)) as connection:
            connection.connect(url.path)
    elif url.scheme in {"tcp", "http", "https"}:
        socket.create_connection((url.hostname, url.port or 2375), _PATIENCE_SECONDS).close()
