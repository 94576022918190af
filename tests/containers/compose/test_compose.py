"""Everything on one machine, as compose.yaml starts it: the phone is answered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from testcontainers.core.docker_client import DockerClient, get_docker_host

from tests.containers.docker import DEFAULT, find_lack_of_ours
from tests.containers.images import COMPOSE, HANDLER, POSTGRES, PROJECT, PROMETHEUS
from tests.containers.servers import wait_until
from tests.fixtures.machine import requires_that

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = requires_that(find_lack_of_ours)

SOCKET = "/var/run/docker.sock"
PORTS = ("WA_PUBLISHED_PORT", "PHONE_PORT", "DESK_PORT", "PROMETHEUS_PORT")
# Of Grafana there is no package to make an image of.
SERVICES = ("handler", "notifier", "worker", "console", "phone", "prometheus")
JOBS = {"wa-webhook", "wa-notifier", "wa-worker", "wa-console"}


@dataclass(frozen=True)
class Composition:
    """The services of compose.yaml under a project's name of their own, on free ports."""

    name: str

    def run(self, *words: str) -> None:
        """Run Docker Compose. Raises docker.errors.ContainerError with what it said."""
        images = {"WA_IMAGE": HANDLER, "POSTGRES_IMAGE": POSTGRES, "PROMETHEUS_IMAGE": PROMETHEUS}
        socket = (get_docker_host() or DEFAULT).removeprefix("unix://")
        DockerClient().client.containers.run(
            COMPOSE,
            ["--env-file=ops/compose/phone.env", f"--project-name={self.name}", *words],
            environment=images | dict.fromkeys(PORTS, "0"),
            # The daemon mounts files of the project by the paths that Compose tells it.
            volumes=[f"{socket}:{SOCKET}", f"{PROJECT}:{PROJECT}:ro"],
            working_dir=str(PROJECT),
            remove=True,
            stderr=True,
        )

    def url(self, service: str, port: int) -> str:
        """Return where a service is published."""
        labels = [
            f"com.docker.compose.project={self.name}",
            f"com.docker.compose.service={service}",
        ]
        (container,) = DockerClient().client.containers.list(filters={"label": labels})
        return f"http://127.0.0.1:{container.ports[f'{port}/tcp'][0]['HostPort']}"


@pytest.fixture
def composition() -> Iterator[Composition]:
    composition = Composition(f"test-{uuid.uuid4().hex[:8]}")
    try:
        composition.run("up", "--detach", "--no-build", *SERVICES)
        yield composition
    finally:
        composition.run("down", "--volumes", "--timeout=1")


def test_the_phone_is_answered_the_desk_opens_and_prometheus_finds_everything(
    composition: Composition,
) -> None:
    with httpx.Client(base_url=composition.url("phone", 8080)) as phone:

        def say_hello() -> None:
            phone.post("/people/1/messages", json={"text": "hello"}).raise_for_status()

        def is_answered() -> None:
            texts = [message["text"] for message in phone.get("/people/1/messages").json()]
            assert "What would you like to do?" in texts

        wait_until(say_hello, httpx.TransportError)
        wait_until(is_answered, AssertionError)

    def desk_opens() -> None:
        assert httpx.get(composition.url("console", 8003)).is_success

    def everything_is_scraped() -> None:
        asked = f"{composition.url('prometheus', 9090)}/api/v1/query?query=up"
        found = httpx.get(asked).json()["data"]["result"]
        assert {one["metric"]["job"] for one in found if one["value"][1] == "1"} == JOBS

    wait_until(desk_opens, httpx.TransportError)
    wait_until(everything_is_scraped, AssertionError)
