"""Where no Docker daemon is, the summary says where it was looked for and why that failed."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.containers import docker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Ask anew, and leave nothing of it to others."""
    docker.find_lack.cache_clear()
    yield
    docker.find_lack.cache_clear()


def test_a_daemon_that_is_not_there_is_named_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker, "get_docker_host", lambda: f"unix://{tmp_path}/docker.sock")
    assert docker.find_lack() == (
        f"a Docker daemon; none answers at unix://{tmp_path}/docker.sock"
        " (No such file or directory)"
    )


def test_a_port_where_nobody_listens_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(docker, "get_docker_host", lambda: "tcp://127.0.0.1:1")
    lack = "a Docker daemon; none answers at tcp://127.0.0.1:1 (Connection refused)"
    assert docker.find_lack() == lack


def test_where_somebody_listens_nothing_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setattr(docker, "get_docker_host", lambda: place)
        assert docker.find_lack() is None
