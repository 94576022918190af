"""The last answer of `wa_metrics()` and the state of a connection pool, read at each scrape."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from prometheus_client.core import CounterMetricFamily as Counter
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.registry import Collector

Family = Gauge | Counter


class Figure(NamedTuple):
    """A metric: of a number, or with `label` of an object that has one for each of its values."""

    name: str
    text: str
    label: str | None = None
    family: type[Family] = Gauge


FIGURES: Mapping[str, Figure] = {
    "queue": Figure(
        "wa_notification_queue",
        "Notifications by status; above 2,000 the queued ones are an estimate",
        "status",
    ),
    "oldest_due_seconds": Figure(
        "wa_notification_oldest_due_seconds", "Age of the oldest notification that is due"
    ),
    "queue_paused": Figure("wa_notification_queue_paused", "1 while the whole queue is paused"),
    "failed_events": Figure(
        "wa_event_failed", "Failed messages that are kept for a replay, 10,000 at most"
    ),
    "kept_payloads": Figure(
        "wa_payload_waiting", "Kept payloads that wait for a person, 10,000 at most"
    ),
    "tasks": Figure("wa_task_queue", "Unfinished tasks by status, 10,000 at most", "status"),
    "oldest_due_task_seconds": Figure(
        "wa_task_oldest_due_seconds", "Age of the oldest task that a worker could have"
    ),
    "handovers": Figure(
        "wa_conversations_handed_over",
        "Conversations that people have or are to take, 10,000 at most",
    ),
    "handover_wait_seconds": Figure(
        "wa_handover_wait_seconds",
        "How long the user has waited who has waited longest for a person",
    ),
    "retention_age_seconds": Figure(
        "wa_retention_age_seconds", "Seconds since retention last finished"
    ),
    "retention_overdue": Figure(
        "wa_retention_overdue", "1 when retention last finished more than two intervals ago"
    ),
    "retention_purged": Figure(
        "wa_retention_purged_rows", "Rows that retention has purged", "table", family=Counter
    ),
}
POOL_FIGURES: Mapping[str, Figure] = {
    "pool_max": Figure("wa_database_pool_limit", "Connections at most"),
    "pool_size": Figure("wa_database_pool_size", "Connections that are held"),
    "pool_available": Figure("wa_database_pool_available", "Connections that wait for a call"),
    "requests_waiting": Figure("wa_database_pool_waiting", "Calls that wait for a connection"),
    "requests_num": Figure(
        "wa_database_pool_requests", "Calls that asked for a connection", family=Counter
    ),
    "requests_wait_ms": Figure(
        "wa_database_pool_wait_ms",
        "Milliseconds that calls have waited for a connection",
        family=Counter,
    ),
    "requests_errors": Figure(
        "wa_database_pool_refused", "Calls that got no connection in time", family=Counter
    ),
    "connections_lost": Figure(
        "wa_database_pool_lost", "Connections that were lost", family=Counter
    ),
}


class Figures(Collector):
    """Turns an object into metrics: a number is one sample, an object one for each key."""

    def __init__(
        self, descriptions: Mapping[str, Figure], read: Callable[[], Mapping[str, Any]]
    ) -> None:
        self._descriptions = descriptions
        self._read = read

    def collect(self) -> Iterator[Family]:
        """Yield what the object holds of the descriptions; psycopg_pool leaves zeros away."""
        figures = self._read()
        for key, (name, text, label, family) in self._descriptions.items():
            figure = figures.get(key)
            if label is None and isinstance(figure, int | float):
                yield family(name, text, value=figure)
            elif label is not None and isinstance(figure, dict):
                labelled = family(name, text, labels=[label])
                for value, number in figure.items():
                    labelled.add_metric([value], number)
                yield labelled

    def describe(self) -> list[Family]:
        """Return nothing, so that registering does not read yet."""
        return []
