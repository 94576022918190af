"""The image's health check asks each kind of process where it listens."""

from __future__ import annotations

import pytest

from handler.process.healthcheck import find_place

ALL = "0.0.0.0"  # noqa: S104


@pytest.mark.parametrize(
    ("command", "environment", "place"),
    [
        ("python wa-webhook serve", {}, ("127.0.0.1", 8000)),
        ("python -m handler", {"WA_HOST": ALL, "WA_PORT": "81"}, ("127.0.0.1", 81)),
        ("docker-init -- wa-webhook notify", {"WA_METRICS_HOST": "::"}, ("::1", 9465)),
        ("wa-webhook work", {"WA_METRICS_HOST": "10.0.0.2"}, ("10.0.0.2", 9466)),
        ("wa-webhook notify", {"WA_METRICS_PORT": "off"}, None),
        ("wa-webhook migrate", {"WA_PORT": "8000"}, None),
    ],
)
def test_a_command_is_asked_where_its_process_listens(
    command: str, environment: dict[str, str], place: tuple[str, int] | None
) -> None:
    assert find_place(command.split(), environment) == place
