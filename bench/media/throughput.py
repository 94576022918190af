"""How many pictures of users a worker has in its store a second, beside fetching them alone."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.comparison import Spread, compare, take_turns
from bench.machine import PROJECT
from bench.media import pictures
from bench.people import FIRST_PHONE, NUMBER_ID, add_people
from bench.processes import HOST, run_worker
from bench.report import Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.processes import RunningProcess
    from bench.run import Run

DATABASE = "bench_media"
AT_ONCE = 16
WORKER, FLOOR = "wa-webhook work", "aiohttp alone"
_MESSAGES_A_CALL = 32
_PATIENCE_SECONDS = 300.0
_LOOK_SECONDS = 0.02

_FETCH_PICTURES = "update wa.settings set value = '[\"image\"]' where key = 'received_media_kinds'"
_EMPTY = "truncate wa.tasks, wa.media, wa.media_objects, public.notifications, public.wa_events"
_IS_LEFT = "select exists (select from wa.tasks where due_at is not null)"
_STORED = "select count(*) from wa.media_objects where stored_at is not null"


@dataclass(frozen=True)
class Sample:
    """Pictures a second, and the CPU time of fetcher and database for one, in µs."""

    pictures_per_second: float
    cpu: float
    database_cpu: float | None


def measure(run: Run) -> Section:
    """Let a worker and a floor fetch the same pictures, in turns."""
    count = run.choose(200, 1000)
    section = Section(
        name="media",
        title="Pictures of users",
        method=(
            f"{count:,} people have each sent another picture of {pictures.SIZE_BYTES // 1000} kB."
            " The clock runs from the commit of their webhooks until the last is in the store, a"
            f" folder. One worker process, {AT_ONCE} at once: it claims the task, asks the stand-in"
            " for the link, follows it, looks what the bytes are, compares their sha256 with the"
            " webhook's, writes and syncs a file that only its owner may read, and settles, by"
            f" which the row says what is stored. {FLOOR} makes the same two requests, as many at"
            " once, over connections that it keeps, and writes a file: it checks, syncs and"
            " remembers nothing. The stand-in shares the cores."
        ),
    )
    with run.server.database(DATABASE), _fetchers(run, count) as fetchers:
        cases = {WORKER: fetchers.sample_worker, FLOOR: fetchers.sample_floor}
        samples = take_turns(cases, run.choose(3, 5))
    table = Table(("", "pictures a second", "its CPU, µs", "database CPU, µs"))
    for name, repeats in samples.items():
        database = [one.database_cpu for one in repeats if one.database_cpu is not None]
        table.add(
            name,
            Spread.of(_rates(repeats)),
            Spread.of([one.cpu for one in repeats]),
            Spread.of(database) if database else "",
        )
    section.tables.append(table)
    section.ratios.append(
        compare(
            f"pictures a second: {WORKER} / {FLOOR}",
            _rates(samples[WORKER]),
            _rates(samples[FLOOR]),
            number=11,
        )
    )
    return section


def _rates(repeats: Sequence[Sample]) -> list[float]:
    return [one.pictures_per_second for one in repeats]


@dataclass(frozen=True)
class _Fetchers:
    run: Run
    worker: RunningProcess
    graph_url: str
    folder: Path
    descriptions: list[dict[str, str]]

    def sample_worker(self) -> Sample:
        """Let users send their pictures, and wait until the worker has stored them."""
        count = len(self.descriptions)
        server = self.run.server
        with server.connect(DATABASE) as connection:
            connection.execute(_EMPTY)
            with connection.transaction():
                for body in self._webhooks():
                    connection.execute("select public.wa_dispatch(%s::jsonb)", (body,))
                worker_before = self.worker.cpu_seconds
                database_before = server.client_cpu_seconds()
            started = time.monotonic()
            while connection.execute(_IS_LEFT).fetchone() == (True,):
                if time.monotonic() - started > _PATIENCE_SECONDS:
                    raise TimeoutError("pictures are left after five minutes")
                time.sleep(_LOOK_SECONDS)
            seconds = time.monotonic() - started
            stored = connection.execute(_STORED).fetchone()
            if stored != (count,):
                raise RuntimeError(f"{stored} of {count} pictures are stored")
            return Sample(
                count / seconds,
                (self.worker.cpu_seconds - worker_before) / count * 1e6,
                (server.client_cpu_seconds() - database_before) / count * 1e6,
            )

    def sample_floor(self) -> Sample:
        """Fetch the pictures into an empty folder."""
        count = len(self.descriptions)
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            finished = subprocess.run(  # noqa: S603
                [
                    *(sys.executable, "-m", "bench.media.floor", self.graph_url, folder),
                    *(str(count), str(AT_ONCE)),
                ],
                cwd=PROJECT,
                check=True,
                stdout=subprocess.PIPE,
            )
        took = json.loads(finished.stdout)
        return Sample(count / took["seconds"], took["cpu_seconds"] / count * 1e6, None)

    def _webhooks(self) -> Iterator[str]:
        sent_at = str(int(time.time()))
        numbered = list(enumerate(self.descriptions))
        for first in range(0, len(numbered), _MESSAGES_A_CALL):
            messages = [
                {
                    "from": str(FIRST_PHONE + number),
                    "from_user_id": f"ES.{FIRST_PHONE + number}",
                    "id": f"wamid.picture.{number}",
                    "timestamp": sent_at,
                    "type": "image",
                    "image": image,
                }
                for number, image in numbered[first : first + _MESSAGES_A_CALL]
            ]
            yield json.dumps(_envelope(messages))


def _envelope(messages: list[dict[str, Any]]) -> dict[str, Any]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001111", "phone_number_id": NUMBER_ID},
        "messages": messages,
    }
    change = {"value": value, "field": "messages"}
    entry = {"id": "102290129340398", "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


@contextlib.contextmanager
def _fetchers(run: Run, count: int) -> Iterator[_Fetchers]:
    with run.server.connect(DATABASE) as connection:
        add_people(connection, count)
        connection.execute(_FETCH_PICTURES)
        connection.execute("vacuum (analyze)")
    folder = Path(tempfile.mkdtemp(prefix="wa-bench-media-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        run.say("drawing pictures, starting a worker")
        graph_url = f"http://{HOST}:{stack.enter_context(_serving(count))}/v26.0"
        worker = stack.enter_context(
            run_worker(
                run.server.url(DATABASE, "wa_worker_role"),
                wa_media_store=str(folder / "store"),
                wa_token=pictures.TOKEN,
                whatsapp_api_base_url=graph_url,
                wa_work_concurrency=str(AT_ONCE),
            )
        )
        descriptions = [pictures.described(number) for number in range(count)]
        yield _Fetchers(run, worker, graph_url, folder, descriptions)


@contextlib.contextmanager
def _serving(count: int) -> Iterator[str]:
    """Run the stand-in, and yield its port."""
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "bench.media.pictures", str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    ) as graph:
        try:
            port = graph.stdout.readline().strip() if graph.stdout else ""
            if not port:
                raise RuntimeError("the stand-in has gone; its standard error says why")
            yield port
        finally:
            graph.terminate()
