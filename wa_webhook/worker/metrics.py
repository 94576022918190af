"""Metrics of a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prometheus_client import Counter, Gauge, Histogram, generate_latest

from handler.process.metrics import ProcessMetrics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wa_webhook.worker.claimed import TaskResult

RUN_MS_BUCKETS = (10, 50, 100, 500, 1000, 5000, 10_000, 30_000, 60_000, 300_000)


class WorkerMetrics(ProcessMetrics):
    """What one worker has done."""

    def __init__(self) -> None:
        super().__init__()
        self._run_ms = Histogram(
            "wa_task_run_ms",
            "Milliseconds that an attempt took, by its kind and what came of it",
            ["kind", "outcome"],
            buckets=RUN_MS_BUCKETS,
            registry=self.registry,
        )
        self._told = {
            event: Counter(name, description, labels, registry=self.registry)
            for event, name, description, labels in (
                ("TASK_DONE", "wa_task_done", "Tasks that were done", ["kind"]),
                (
                    "TASK_RETRY",
                    "wa_task_retried",
                    "Failed attempts that are followed by another",
                    ["kind", "error_class"],
                ),
                (
                    "TASK_FAILED",
                    "wa_task_failed",
                    "Tasks that failed for good",
                    ["kind", "error_class"],
                ),
                (
                    "TASK_LATE",
                    "wa_task_late",
                    "Results for which no conversation waited any longer",
                    ["kind"],
                ),
            )
        }
        self._lost = Counter(
            "wa_task_lost",
            "Results that were not taken: cancelled, out of time, or another worker's",
            registry=self.registry,
        )
        self._answers = Counter(
            "wa_task_answer",
            "Later answers of services, by the HTTP status that they got",
            ["status"],
            registry=self.registry,
        )
        self._slots = Gauge(
            "wa_worker_slots", "Tasks that may run at once", ["kind"], registry=self.registry
        )
        self._busy = Gauge(
            "wa_worker_slots_busy",
            "Tasks between their claim and their end",
            ["kind"],
            registry=self.registry,
        )

    def set_slots(self, kind: str, slots: int, busy: int) -> None:
        """Record how many tasks of a kind may run at once, and how many do."""
        self._slots.labels(kind).set(slots)
        self._busy.labels(kind).set(busy)

    def observe_run(self, kind: str, result: TaskResult) -> None:
        """Record one attempt."""
        self._run_ms.labels(kind, result.outcome).observe(result.duration_ms)

    def count_answer(self, status: int) -> None:
        """Record a service that answered later, or somebody who passed for one."""
        self._answers.labels(str(status)).inc()

    def count_settled(self, _results: int, report: Mapping[str, Any]) -> None:
        """Record what a report of the database says."""
        self._lost.inc(len(report.get("lost") or ()))
        events = report.get("events") or ()
        self.count_sends(events)
        for event in events:
            if (counter := self._told.get(event.get("event"))) is not None:
                labels = (str(event.get(label)) for label in counter._labelnames)
                counter.labels(*labels).inc()

    async def render(self) -> bytes:
        """Return the exposition text."""
        return generate_latest(self.registry)
