"""What is compared, in processes of their own: started and ended by us, servers on a free port."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil

from bench.machine import PROJECT
from bench.people import FIRST_PHONE, SECRET, webhook_body
from handler.signature import HEADER, sign
from wa_webhook.dev.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOST = "127.0.0.1"
_PATIENCE_SECONDS = 60.0
_ENDING_SECONDS = 40.0
_UVICORN = (*("-m", "uvicorn", "--loop=uvloop", "--http=httptools", "--ws=none"),)


@dataclass(frozen=True)
class Checkout:
    """Where the project lies, the Python of its command line, and what it is set to there."""

    folder: Path
    command_line: str
    settings: dict[str, str] = field(default_factory=dict)

    def command(self, name: str) -> tuple[str, ...]:
        """Return the arguments with which Python runs a command of it."""
        return ("-c", self.command_line, name)

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which it runs."""
        return {"PYTHONPATH": str(self.folder), **self.settings}


PRESENT = Checkout(PROJECT, "from wa_webhook.cli import app; app()")


class ServerFailedError(RuntimeError):
    """A server did not answer, or ended by itself."""


@dataclass(frozen=True)
class RunningProcess:
    """A process of the comparison."""

    process: psutil.Process

    @property
    def cpu_seconds(self) -> float:
        """The CPU time it has used."""
        times = self.process.cpu_times()
        return times.user + times.system

    @property
    def memory_mb(self) -> float:
        """Its resident memory at the moment."""
        return self.process.memory_info().rss / 1024**2

    @property
    def peak_memory_mb(self) -> float:
        """The most it ever had resident, where the system tells."""
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
            for line in status.splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
        return self.memory_mb


@dataclass(frozen=True)
class WebhookServer(RunningProcess):
    """A running server, and how long it took from its start to its first 200."""

    port: int
    seconds_to_first_200: float

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"


@contextlib.contextmanager
def run_handler(
    database_url: str, checkout: Checkout = PRESENT, **settings: str
) -> Iterator[WebhookServer]:
    """Run `wa-webhook serve`; `settings` are environment variables in lower case."""
    environment = {
        **checkout.environment,
        "WA_DATABASE_URL": database_url,
        "WA_VERIFY_TOKEN": "none",
        **{name.upper(): value for name, value in settings.items()},
    }
    with _serving(checkout.command("serve"), environment) as server:
        yield server


@contextlib.contextmanager
def run_peer(
    application: str, *, logs_requests: bool = False, **settings: str
) -> Iterator[WebhookServer]:
    """Run an ASGI application of this package under uvicorn."""
    logging = ("--log-level=info",) if logs_requests else ("--log-level=warning", "--no-access-log")
    environment = {name.upper(): value for name, value in settings.items()}
    with _serving((*_UVICORN, *logging, application), environment) as server:
        yield server


@contextlib.contextmanager
def run_notifier(
    database_url: str, graph_url: str, checkout: Checkout = PRESENT
) -> Iterator[RunningProcess]:
    """Run `wa-webhook notify` against a stand-in for the Graph API."""
    environment = {
        **checkout.environment,
        "WA_DATABASE_URL": database_url,
        "WA_TOKEN": "none",
        "WA_PHONE_ID": "106540352242922",
        "WHATSAPP_API_BASE_URL": f"{graph_url}/v26.0",
    }
    with run_program(*checkout.command("notify"), **environment) as process:
        yield process


@contextlib.contextmanager
def run_worker(database_url: str, **settings: str) -> Iterator[RunningProcess]:
    """Run `wa-webhook work`; `settings` are environment variables in lower case."""
    environment = {"WA_DATABASE_URL": database_url} | {
        name.upper(): value for name, value in settings.items()
    }
    with run_program(*PRESENT.command("work"), **environment) as process:
        yield process


@contextlib.contextmanager
def run_program(*program: str, **environment: str) -> Iterator[RunningProcess]:
    """Run a program of Python's that serves nobody."""
    with _running(program, environment) as process:
        yield RunningProcess(psutil.Process(process.pid))


@contextlib.contextmanager
def _serving(program: tuple[str, ...], settings: Mapping[str, str]) -> Iterator[WebhookServer]:
    port = free_port()
    started = time.perf_counter()
    with _running((*program, f"--host={HOST}", f"--port={port}"), settings) as process:
        _wait_for_200(port, process, started)
        seconds = time.perf_counter() - started
        yield WebhookServer(psutil.Process(process.pid), port, seconds)


@contextlib.contextmanager
def _running(
    program: tuple[str, ...], settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "WA_APP_SECRET": SECRET,
        "WA_METRICS_PORT": "off",
        **settings,
    }
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *program],
            env=environment,
            cwd="/",  # settings in a file of the checkout are somebody's own
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
        try:
            yield process
        except ServerFailedError as error:
            complaints.seek(0)
            error.add_note(complaints.read()[-2000:].decode(errors="replace"))
            raise
        finally:
            process.terminate()
            try:
                process.wait(_ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for_200(port: int, process: subprocess.Popen[bytes], started: float) -> None:
    body = webhook_body(str(FIRST_PHONE), f"first-{port}-{started}", str(int(time.time()))).encode()
    headers = {HEADER: sign(body, SECRET.encode())}
    with httpx.Client(base_url=f"http://{HOST}:{port}", timeout=5) as client:
        while time.perf_counter() - started < _PATIENCE_SECONDS and process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                answer = client.post("/webhook", content=body, headers=headers)
                if answer.status_code == 200:  # noqa: PLR2004, RUF100
                    return
            time.sleep(0.01)
    raise ServerFailedError(f"no 200 from {process.args!r}")
