"""Somebody new, on a machine with Python and make and nothing else."""

from __future__ import annotations

import io
import tarfile
from pathlib import PurePath

from testcontainers.core.docker_client import DockerClient

from tests.containers.docker import find_lack_of_ours
from tests.containers.images import BARE, PROJECT
from tests.fixtures.machine import requires_that

pytestmark = requires_that(find_lack_of_ours)

HOME = "/home/ana"
ANA = 1000
_NOT_OF_A_CLONE = (
    *(".venv", ".dev", ".git", ".env.local", ".env.production.local", ".hypothesis"),
    *("*_cache", "__pycache__", "build", "dist"),
)


def clone() -> bytes:
    """Return the project as an archive of `wa-webhook/`, as the user who cloned it has it."""

    def keep(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if any(PurePath(entry.name).match(name) for name in _NOT_OF_A_CLONE):
            return None
        entry.uid = entry.gid = ANA
        entry.mode |= 0o600
        return entry

    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(PROJECT, "wa-webhook", filter=keep)
    return archive.getvalue()


def test_the_readme_and_an_installed_wheel_lead_somebody_new_to_an_answer() -> None:
    container = DockerClient().client.containers.create(BARE)
    try:
        container.put_archive(HOME, clone())
        container.start()
        code = container.wait()["StatusCode"]
        said = container.logs().decode()
    finally:
        container.remove(force=True)
    assert code == 0, said
    assert "What would you like to do?" in said
    assert said.endswith("arrived\n")
