"""The last answer of `wa_metrics()` and the state of a connection pool, read at each scrape."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

Family = GaugeMetricFamily | CounterMetricFamily
Description = tuple[type[GaugeMetricFamily] | type[CounterMetricFamily], str, str, str | None]

FIGURES: Mapping[str, Description] = {
    "queue": (
        GaugeMetricFamily,
        "wa_notification_queue",
        "Notifications by status; above 2,000 the queued ones are an estimate",
        "status",
    ),
    "oldest_due_seconds": (
        GaugeMetricFamily,
        "wa_notification_oldest_due_seconds",
        "Age of the oldest notification that is due",
        None,
    ),
    "queue_paused": (
        GaugeMetricFamily,
        "wa_notification_queue_paused",
        "1 while the whole queue is paused",
        None,
    ),
    "failed_events": (
        GaugeMetricFamily,
        "wa_event_failed",
        "Failed messages that are kept for a replay, 10,000 at most",
        None,
    ),
    "kept_payloads": (
        GaugeMetricFamily,
        "wa_payload_waiting",
        "Kept payloads that wait for a person, 10,000 at most",
        None,
    ),
    "tasks": (
        GaugeMetricFamily,
        "wa_task_queue",
        "Unfinished tasks by status, 10,000 at most",
        "status",
    ),
    "oldest_due_task_seconds": (
        GaugeMetricFamily,
        "wa_task_oldest_due_seconds",
        "Age of the oldest task that a worker could have",
        None,
    ),
    "handovers": (
        GaugeMetricFamily,
        "wa_conversations_handed_over",
        "Conversations that people have or are to take, 10,000 at most",
        None,
    ),
    "handover_wait_seconds": (
        GaugeMetricFamily,
        "wa_handover_wait_seconds",
        "How long the user has waited who has waited longest for a person",
        None,
    ),
    "retention_age_seconds": (
        GaugeMetricFamily,
        "wa_retention_age_seconds",
        "Seconds since retention last finished",
        None,
    ),
    "retention_overdue": (
        GaugeMetricFamily,
        "wa_retention_overdue",
        "1 when retention last finished more than two intervals ago",
        None,
    ),
    "retention_purged": (
        CounterMetricFamily,
        "wa_retention_purged_rows",
        "Rows that retention has purged",
        "table",
    ),
}
POOL_FIGURES: Mapping[str, Description] = {
    "pool_max": (GaugeMetricFamily, "wa_database_pool_limit", "Connections at most", None),
    "pool_size": (GaugeMetricFamily, "wa_database_pool_size", "Connections that are held", None),
    "pool_available": (
        GaugeMetricFamily,
        "wa_database_pool_available",
        "Connections that wait for a call",
        None,
    ),
    "requests_waiting": (
        GaugeMetricFamily,
        "wa_database_pool_waiting",
        "Calls that wait for a connection",
        None,
    ),
    "requests_num": (
        CounterMetricFamily,
        "wa_database_pool_requests",
        "Calls that asked for a connection",
        None,
    ),
    "requests_wait_ms": (
        CounterMetricFamily,
        "wa_database_pool_wait_ms",
        "Milliseconds that calls have waited for a connection",
        None,
    ),
    "requests_errors": (
        CounterMetricFamily,
        "wa_database_pool_refused",
        "Calls that got no connection in time",
        None,
    ),
    "connections_lost": (
        CounterMetricFamily,
        "wa_database_pool_lost",
        "Connections that were lost",
        None,
    ),
}


class Figures(Collector):
    """Turns an object into metrics: a number is one sample, an object one for each key."""

    def __init__(
        self, descriptions: Mapping[str, Description], read: Callable[[], Mapping[str, Any]]
    ) -> None:
        self._descriptions = descriptions
        self._read = read

    def collect(self) -> Iterator[Family]:
        """Yield what the object holds of the descriptions; psycopg_pool leaves zeros away."""
        figures = self._read()
        for key, (family, name, text, label) in self._descriptions.items():
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
