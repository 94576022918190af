"""Metrics of the notifier."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from handler.process.metrics import ProcessMetrics

if TYPE_CHECKING:
    from wa_webhook.notifier.notification import SendResult

SEND_MS_BUCKETS = (50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000)
QUEUED_MS_BUCKETS = (100, 250, 500, 1000, 2500, 5000, 10_000, 60_000, 600_000, 3_600_000)


class NotifierMetrics(ProcessMetrics):
    """What one notifier has done."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        super().__init__(registry)
        self._send_ms = Histogram(
            "wa_notification_send_ms",
            "Milliseconds that a send took, with the upload before it, by what came of it",
            ["outcome"],
            buckets=SEND_MS_BUCKETS,
            registry=self.registry,
        )
        self._queued_ms = Histogram(
            "wa_notification_queued_ms",
            "Milliseconds from queueing to Meta's acceptance, scheduled messages among them",
            buckets=QUEUED_MS_BUCKETS,
            registry=self.registry,
        )
        self._claims = Counter(
            "wa_notifier_claim", "Claims that the database answered", registry=self.registry
        )
        self._stale = Counter(
            "wa_notification_stale",
            "Results whose notification another notifier owned or had settled",
            registry=self.registry,
        )
        self._slots = Gauge(
            "wa_notifier_slots", "Sends that may run at once", registry=self.registry
        )
        self._busy_slots = Gauge(
            "wa_notifier_slots_busy",
            "Notifications between their claim and their settling",
            registry=self.registry,
        )

    def set_slots(self, slots: int) -> None:
        """Record how many sends may run at once."""
        self._slots.set(slots)

    def count_claim(self, claimed: int) -> None:
        """Record one answered claim."""
        self._claims.inc()
        self._busy_slots.inc(claimed)

    def observe_send(self, result: "SendResult") -> None:
        """Record one attempt."""
        self._send_ms.labels(result.outcome).observe(result.duration_ms)

    def count_settled(self, results: int, report: Mapping[str, Any]) -> None:
        """Record what settling this many results did."""
        self._busy_slots.dec(results)
        self._stale.inc(report.get("stale", 0))
        events: Sequence[Mapping[str, Any]] = report.get("events") or ()
        self.count_sends(events)
        for event in events:
            if isinstance(queued_ms := event.get("queued_ms"), int | float):
                self._queued_ms.observe(queued_ms)

    async def render(self) -> bytes:
        """Return the exposition text."""
        return generate_latest(self.registry)
