"""Whether containers can be run here, and of which images."""

from __future__ import annotations

import functools
import socket
import subprocess
from contextlib import closing
from urllib.parse import urlsplit

from testcontainers.core.docker_client import get_docker_host

from tests.containers.images import BARE, COMPOSE, HANDLER, POSTGRES, PROMETHEUS

DEFAULT = "unix:///var/run/docker.sock"
# Those that the Supabase CLI of the Makefile's version starts.
POSTGRES_IMAGE = "supabase/postgres:17.11.0.018"
POSTGREST_IMAGE = "postgrest/postgrest:v16.5"
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


@functools.cache
def find_lack_of_ours() -> str | None:
    """Return what is missing for running the images that `make test-containers` builds."""
    if lack := find_lack():
        return lack
    for image in (HANDLER, POSTGRES, BARE, COMPOSE, PROMETHEUS):
        if _docker("image", "inspect", image):
            return f"the Docker image {image}; make test-containers builds it"
    return None


@functools.cache
def find_lack_of_supabase() -> str | None:
    """Return what is missing for running the images of Supabase, which are pulled."""
    if lack := find_lack():
        return lack
    for image in (POSTGRES_IMAGE, POSTGREST_IMAGE):
        if _docker("image", "inspect", image) and (error := _docker("pull", "--quiet", image)):
            return f"the Docker image {image}, which cannot be pulled ({error.splitlines()[0]})"
    return None


def _docker(*words: str) -> str:
    """Run Docker's client, and return how it failed; nothing where it did not."""
    finished = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
    return finished.stderr.strip() if finished.returncode else ""


def connect(place: str) -> None:
    """Raise OSError where nobody listens; what is behind ssh is taken to be there."""
    url = urlsplit(place)
    if url.scheme == "unix":
        with closing(socket.socket(socket.AF_UNIX)) as connection:
            connection.connect(url.path)
    elif url.scheme in {"tcp", "http", "https"}:
        socket.create_connection((url.hostname, url.port or 2375), _PATIENCE_SECONDS).close()
