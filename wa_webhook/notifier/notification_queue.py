"""The notifier's two calls into the database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from psycopg import sql
from psycopg.types.json import Jsonb

from wa_webhook.claiming.database_link import DatabaseLink, DatabaseState
from wa_webhook.naming.names import channel_of
from wa_webhook.notifier.notification import Notification

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import LiteralString, Self

    from handler.process.outage_alert import OutageAlert
    from wa_webhook.notifier.notification import SendResult


class NotificationQueue:
    """Claims and settles, each on a connection of its own so that neither waits for the other.

    What settles may also claim, in the same call.

    `worker` is the name that claimed rows carry, `lease_seconds` how long they stay ours. All
    methods raise psycopg.Error.
    """

    def __init__(
        self,
        url: str,
        *,
        worker: str,
        lease_seconds: float,
        schema: str = "public",
        prepared_statements: bool = False,
        outage: OutageAlert | None = None,
    ) -> None:
        state = DatabaseState("NOTIFY", outage)
        self._claiming = DatabaseLink(url, state, prepared_statements=prepared_statements)
        self._settling = DatabaseLink(url, state, prepared_statements=prepared_statements)
        self.channel = channel_of(schema, "wa_notifications")
        self._worker = worker
        self._lease = timedelta(seconds=lease_seconds)
        self._claim = _statement(
            "select id, lock_token, phone_number_id, request::text, upload, retry_count"
            " from {}.wa_notifications_claim(%s, %s, %s)",
            schema,
        )
        self._settle = _statement("select {}.wa_notifications_settle(%s)", schema)
        # The branches run one after the other, so that the claim sees what was settled.
        self._settle_and_claim = _statement(
            "select null, null, null, null, null, null, {0}.wa_notifications_settle(%s)"
            " union all"
            " select id, lock_token, phone_number_id, request::text, upload, retry_count, null"
            " from {0}.wa_notifications_claim(%s, %s, %s)",
            schema,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._claiming.close()
        await self._settling.close()

    async def claim(self, batch: int) -> list[Notification]:
        """Return up to `batch` due notifications, which are ours until the lease runs out."""
        rows = await self._claiming.fetch(self._claim, (self._worker, batch, self._lease))
        return [Notification(*row) for row in rows]

    async def settle(self, results: Sequence[tuple[Notification, SendResult]]) -> dict[str, Any]:
        """Report what happened, and return counts and events."""
        settled = [result.as_json(notification) for notification, result in results]
        rows = await self._settling.fetch(self._settle, (Jsonb(settled),))
        report: dict[str, Any] = rows[0][0]
        return report

    async def settle_and_claim(
        self, results: Sequence[tuple[Notification, SendResult]], batch: int
    ) -> tuple[dict[str, Any], list[Notification]]:
        """Do both in one transaction: either all of it has happened, or nothing."""
        settled = [result.as_json(notification) for notification, result in results]
        parameters = (Jsonb(settled), self._worker, batch, self._lease)
        report: dict[str, Any] = {}
        claimed: list[Notification] = []
        for *row, told in await self._settling.fetch(self._settle_and_claim, parameters):
            if told is None:
                claimed.append(Notification(*row))
            else:
                report = told
        return report, claimed


def _statement(text: LiteralString, schema: str) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(schema))
