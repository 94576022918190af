"""Alerts that SQL has raised, posted to the operators' webhook."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from handler.process.logs import logger
from wa_webhook.claiming.backoff import Backoff

if TYPE_CHECKING:
    from handler.process.alert_webhook import AlertWebhook
    from wa_webhook.claiming.database_link import DatabaseLink

LOOK_SECONDS = 5.0


class AlertSender:
    """Posts what `wa_alerts_claim` hands out, or only has it grouped where there is no webhook.

    Which alerts there are, which belong together, and when to try again is SQL's to decide.
    """

    def __init__(
        self,
        database: DatabaseLink,
        webhook: AlertWebhook | None,
        *,
        worker: str,
        schema: str = "public",
    ) -> None:
        self._database = database
        self._webhook = webhook
        self._worker = worker
        schema_name = sql.Identifier(schema)
        self._claim = sql.SQL("select id, lock_token, alert from {}.wa_alerts_claim(%s)").format(
            schema_name
        )
        self._settle = sql.SQL("select {}.wa_alerts_settle(%s)").format(schema_name)
        self._group = sql.SQL("select {}.wa_alerts_group()").format(schema_name)

    async def run(self) -> None:
        """Deliver alerts until cancelled."""
        backoff = Backoff()
        while True:
            try:
                await self.deliver_due()
            except psycopg.Error:
                # The notifier's own calls meet the same trouble, and report it.
                await asyncio.sleep(backoff.next_pause())
            else:
                backoff.reset()
                await asyncio.sleep(LOOK_SECONDS)

    async def deliver_due(self) -> None:
        """Claim, post and settle the alerts that have news. Raises psycopg.Error."""
        if self._webhook is None:
            await self._database.fetch(self._group, ())
            return
        claimed = await self._database.fetch(self._claim, (self._worker,))
        if not claimed:
            return
        delivered = await asyncio.gather(*(self._webhook.post(alert) for _, _, alert in claimed))
        results = [
            {
                "id": alert_id,
                "lock_token": str(lock_token),
                "delivered": is_delivered,
                "count": alert["count"],
            }
            for (alert_id, lock_token, alert), is_delivered in zip(claimed, delivered, strict=True)
        ]
        ((report,),) = await self._database.fetch(self._settle, (Jsonb(results),))
        if report["given_up"]:
            logger.error("ALERT_GIVEN_UP", count=report["given_up"])
