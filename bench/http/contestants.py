"""The servers that are compared, side by side on one database."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.http.posting import HttpSample, take_http_sample
from bench.processes import WebhookServer, run_handler, run_peer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.http.traffic import Traffic
    from bench.report import Section
    from bench.run import Run

DATABASE = "bench_http"
USERS = 100_000
CONNECTIONS = 64

HANDLER = "handler"
UNCOALESCED = "handler, one request a call"
PREPARED = "handler, prepared statements"
PYWA = "pywa, an empty handler"
LOGGING_PYWA = "the same, with uvicorn's line a request in the log"
PLAIN = "signature only"

WARM_UP_REQUESTS = 1000
"""Emptying a table makes every session plan anew all that reads it."""

_EMPTY = "truncate public.notifications, public.wa_events"


@dataclass
class Contestants:
    """Servers on one database, and how long to load them."""

    run: Run
    servers: dict[str, WebhookServer] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    """How many requests each answered with 200, those that warm it up among them."""

    def sample(self, name: str, traffic: Traffic) -> HttpSample:
        """Post to one of the servers, the tables of messages being all but empty."""
        with self.run.server.connect(DATABASE) as connection:
            connection.execute(_EMPTY)
        addressed = dataclasses.replace(traffic, port=self.servers[name].port)
        self._post(
            name, dataclasses.replace(addressed, requests=WARM_UP_REQUESTS, bytes_per_request=0)
        )
        return self._post(name, addressed)

    def _post(self, name: str, traffic: Traffic) -> HttpSample:
        sample = take_http_sample(self.run.server, DATABASE, self.servers[name], traffic)
        self.taken[name] += sample.seen.statuses.get("200", 0)
        return sample

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Run all servers that this machine has."""
        url = self.run.server.url(DATABASE, "wa_edge_role")
        with contextlib.ExitStack() as stack:
            start = stack.enter_context
            self.servers[HANDLER] = start(run_handler(url))
            self.servers[UNCOALESCED] = start(run_handler(url, wa_webhook_batch_size="1"))
            self.servers[PREPARED] = start(run_handler(url, wa_database_prepared_statements="true"))
            self.servers[PLAIN] = start(run_peer("bench.http.peers.plain_app:app"))
            if importlib.util.find_spec("pywa_async") is not None:
                self.servers[PYWA] = start(run_peer("bench.http.peers.pywa_app:app"))
                self.servers[LOGGING_PYWA] = start(
                    run_peer("bench.http.peers.pywa_app:app", logs_requests=True)
                )
            yield


def rates(repeats: Sequence[HttpSample]) -> list[float]:
    """Return the requests a second, repeat by repeat."""
    return [one.seen.requests_per_second for one in repeats]


def note_refusals(samples: Mapping[str, Sequence[HttpSample]], section: Section) -> None:
    """Say so when anything was answered with another status than 200."""
    for name, repeats in samples.items():
        refused = {
            status: count
            for one in repeats
            for status, count in one.seen.statuses.items()
            if status != "200"
        }
        if refused:
            section.notes.append(f"{name}: not everything was answered with 200: {refused}.")
