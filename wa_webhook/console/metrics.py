"""Metrics of the desk."""

from __future__ import annotations

from prometheus_client import Counter, generate_latest

from handler.process.metrics import ProcessMetrics


class ConsoleMetrics(ProcessMetrics):
    """What one desk has done."""

    def __init__(self) -> None:
        super().__init__()
        self._sign_ins = Counter(
            "wa_console_sign_in",
            "Attempts to sign in, by what came of them",
            ["outcome"],
            registry=self.registry,
        )
        self._actions = Counter(
            "wa_console_action",
            "What people asked for that changes something, by the HTTP status that it got",
            ["action", "status"],
            registry=self.registry,
        )

    def count_sign_in(self, outcome: str) -> None:
        """Record one attempt: let_in, refused or too_many."""
        self._sign_ins.labels(outcome).inc()

    def count_action(self, action: str, status: int) -> None:
        """Record one request that changes something."""
        self._actions.labels(action, str(status)).inc()

    async def render(self) -> bytes:
        """Return the exposition text."""
        return generate_latest(self.registry)
