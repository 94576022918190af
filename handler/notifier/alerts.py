"""Alerts that SQL has raised, posted to the operators' webhook."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from handler.logs import logger
from handler.notifier.backoff import Backoff

if TYPE_CHECKING:
    from handler.notifier.database_link import DatabaseLink

_LOOK_SECONDS = 5.0


class AlertSender:
    """Posts each alert as JSON: what `wa_alerts_claim` gives, and `text` with it in one line.

    Any 2xx answer within the time-out is a delivery. Which alerts there are, which belong together,
    and when to try again is SQL's to decide.
    """

    def __init__(
        self,
        database: DatabaseLink,
        url: str,
        *,
        timeout_seconds: float,
        worker: str,
        schema: str = "public",
    ) -> None:
        self._database = database
        self._url = url
        self._timeout_seconds = timeout_seconds
        self._worker = worker
        schema_name = sql.Identifier(schema)
        self._claim = sql.SQL("select id, lock_token, alert from {}.wa_alerts_claim(%s)").format(
            schema_name
        )
        self._settle = sql.SQL("select {}.wa_alerts_settle(%s)").format(schema_name)

    async def run(self) -> None:
        """Deliver alerts until cancelled."""
        backoff = Backoff()
        async with httpx.AsyncClient(timeout=self._timeout_seconds) as http:
            while True:
                try:
                    await self.deliver_due(http)
                except psycopg.Error:
                    # The notifier's own calls meet the same trouble, and report it.
                    await asyncio.sleep(backoff.next_pause())
                else:
                    backoff.reset()
                    await asyncio.sleep(_LOOK_SECONDS)

    async def deliver_due(self, http: httpx.AsyncClient) -> None:
        """Claim, post and settle the alerts that have news. Raises psycopg.Error."""
        claimed = await self._database.fetch(self._claim, (self._worker,))
        if not claimed:
            return
        delivered = await asyncio.gather(*(self._post(http, alert) for _, _, alert in claimed))
        results = [
            {
                "id": alert_id,
                "lock_token": str(lock_token),
                "delivered": is_delivered,
                "count": alert["count"],
            }
            for (alert_id, lock_token, alert), is_delivered in zip(claimed, delivered, strict=True)
        ]
        await self._database.fetch(self._settle, (Jsonb(results),))

    async def _post(self, http: httpx.AsyncClient, alert: dict[str, Any]) -> bool:
        try:
            answer = await http.post(self._url, json={"text": _in_one_line(alert), **alert})
            error = None if answer.is_success else f"HTTP {answer.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            error = type(failure).__name__
        if error is not None:
            logger.warning("ALERT_FAILED", kind=alert["kind"], error=error)
            return False
        logger.info("ALERT_SENT", kind=alert["kind"], count=alert["count"])
        return True


def _in_one_line(alert: dict[str, Any]) -> str:
    """Summarise an alert for receivers that show only `text`, as chat services do."""
    return f"wa-webhook: {alert['kind']} {alert['group_key']} ({alert['count']} times)"
