"""`python -m handler.process.healthcheck`: whether the process of this container answers.

It asks what the container's first process serves, by its kind: the webhook itself, or the port of
the metrics. A kind that serves nothing, such as `migrate`, is well while it runs. The database has
no part in it: an outage there is not mended by a new container. Imports little, since it is started
every few seconds.
"""

import http.client
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

_PATIENCE_SECONDS = 4
_METRICS = ("WA_METRICS_HOST", "WA_METRICS_PORT")
_PLACES = {
    "serve": ("WA_HOST", "WA_PORT", 8000),
    "handler": ("WA_HOST", "WA_PORT", 8000),
    "notify": (*_METRICS, 9465),
    "work": (*_METRICS, 9466),
    "console": (*_METRICS, 9467),
}
_ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def find_place(words: Iterable[str], environment: Mapping[str, str]) -> tuple[str, int] | None:
    """Return the host and port that a command's process listens on; None where it has none."""
    kind = next((word for word in words if word in _PLACES), None)
    if kind is None:
        return None
    host_name, port_name, default = _PLACES[kind]
    host, port = environment.get(host_name) or "127.0.0.1", environment.get(port_name) or default
    if port in {"off", "0"}:
        return None
    return _ALL_ADDRESSES.get(host, host), int(port)


def answers(host: str, port: int) -> bool:
    """Tell whether HTTP is answered there, be it that there is nothing of that name."""
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    command = Path("/proc/1/cmdline").read_text().split("\0")
    place = find_place(command, os.environ)
    sys.exit(place is not None and not answers(*place))
