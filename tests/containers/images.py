"""`python -m tests.containers.images`: makes the images that the tests of containers run.

Our own, a PostgreSQL of Supabase's shape, Prometheus, Docker Compose, and a bare machine, all on
Debian's packages: no registry of images is asked. What Debian brings is unpacked once, by
mmdebstrap into the user's cache. Certificates and pip.conf are the machine's, since its network may
need them. Exits with 75 where Debian's packages cannot be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from tests.fixtures import supabase_shape
from tests.fixtures.machine import find_program
from wa_webhook.dev.postgres import DATABASE, MIGRATING_ROLE

PROJECT = Path(__file__).resolve().parents[2]
SUITE = "trixie"
ROOT = f"wa-webhook-tests/{SUITE}"
BASE = "wa-webhook-tests/base"
HANDLER = "wa-webhook-tests/wa-webhook"
POSTGRES = "wa-webhook-tests/postgres"
BARE = "wa-webhook-tests/bare"
COMPOSE = "wa-webhook-tests/compose"
PROMETHEUS = "wa-webhook-tests/prometheus"
_OF_THE_MACHINE = ("etc/ssl/certs/ca-certificates.crt", "etc/pip.conf")
_UNREAD = ("man", "doc", "locale")
SHAPE = f"""\
create role {MIGRATING_ROLE} login createrole createdb bypassrls replication password :'password';
alter database {DATABASE} owner to {MIGRATING_ROLE};
{supabase_shape.ROLES}
alter role authenticator password :'password';
{supabase_shape.DATABASE}
"""


def make_images() -> None:
    """Make what is not there; Docker itself knows which steps have not changed."""
    _make_root()
    with TemporaryDirectory() as folder:
        _make_base(Path(folder))
    _build(HANDLER, PROJECT, PROJECT / "Dockerfile")
    with TemporaryDirectory() as folder:
        shutil.copytree(Path(__file__).parent / "postgres", folder, dirs_exist_ok=True)
        (Path(folder) / "shape.sql").write_text(SHAPE)
        _build(POSTGRES, Path(folder), Path(folder) / "Dockerfile")
    for image in (BARE, COMPOSE, PROMETHEUS):
        context = Path(__file__).parent / PurePath(image).name
        _build(image, context, context / "Dockerfile")


def _make_root() -> None:
    if not _run("docker", "image", "ls", "--quiet", ROOT):
        _run("docker", "import", str(_unpacked()), ROOT)


def _unpacked() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wa-webhook"
    archive = cache / f"{SUITE}.tar"
    if not archive.exists():
        cache.mkdir(parents=True, exist_ok=True)
        unfinished = archive.with_suffix(".unfinished.tar")
        _run(
            _find_mmdebstrap(),
            "--quiet",
            "--variant=minbase",
            "--include=ca-certificates,python3,python3-venv",
            *(f"--dpkgopt=path-exclude=/usr/share/{one}/*" for one in _UNREAD),
            SUITE,
            str(unfinished),
            or_exit_with=os.EX_TEMPFAIL,
        )
        unfinished.rename(archive)
    return archive


def _find_mmdebstrap() -> str:
    try:
        return find_program("mmdebstrap")
    except LookupError as error:
        print(error, file=sys.stderr)
        sys.exit(os.EX_TEMPFAIL)


def _make_base(folder: Path) -> None:
    lines = [f"FROM {ROOT}"]
    for name in _OF_THE_MACHINE:
        if (Path("/") / name).exists():
            shutil.copy(Path("/") / name, folder)
            lines.append(f"COPY {Path(name).name} /{name}")
    (folder / "Dockerfile").write_text("\n".join(lines))
    _build(BASE, folder, folder / "Dockerfile")


def _build(image: str, context: Path, dockerfile: Path) -> None:
    print(f"building {image}", flush=True)
    words = ("--quiet", "--network", "host", "--build-arg", f"BASE={BASE}", "--tag", image)
    _run("docker", "build", *words, "--file", str(dockerfile), str(context))


def _run(*words: str, or_exit_with: int = 1) -> str:
    # Newer clients leave their own builder to a plugin that Debian does not bring.
    environment = os.environ | {"DOCKER_BUILDKIT": "0"}
    finished = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if finished.returncode:
        # Debian's tools and Docker's old builder tell on either what went wrong.
        print(*words[:2], finished.stdout, finished.stderr, sep="\n", file=sys.stderr)
        sys.exit(or_exit_with)
    return finished.stdout.strip()


if __name__ == "__main__":
    make_images()
