"""The outbox as its three callers see it: SQL that queues, a worker, and a person who looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

import pytest
from psycopg.types.json import Jsonb

from tests.dispatching import as_engine
from tests.payloads import status_update

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection
    from psycopg.rows import DictRow

ANA = "+34600111222"
BRUNO = "+33612345678"
CARLA = "+250788123456"
CARLA_BSUID = "RW.55443322"

TEMPLATE: dict[str, Any] = {
    "type": "template",
    "template": {"name": "news", "language": {"code": "en"}},
}


def text(body: str = "hello", **delivery: Any) -> dict[str, Any]:
    """Build the payload of a text message with its delivery options."""
    payload: dict[str, Any] = {"type": "text", "text": {"body": body}}
    return payload | ({"delivery": delivery} if delivery else {})


class Queue:
    """What tests do with the outbox; `owner` looks and queues, `worker` claims and settles."""

    def __init__(self, owner: Connection[DictRow], worker: Connection[DictRow]) -> None:
        self.owner = owner
        self.worker = worker
        self.callback_data: dict[int, str] = {}

    def value(self, query: LiteralString, *parameters: Any) -> Any:
        """Return the only value of a query."""
        row = self.owner.execute(query, parameters).fetchone()
        return None if row is None else next(iter(row.values()))

    def execute(self, query: LiteralString, *parameters: Any) -> None:
        """Run a statement as the tables' owner."""
        self.owner.execute(query, parameters)

    def set(self, key: str, value: object) -> None:
        """Change a setting."""
        self.execute("update wa.settings set value = %s where key = %s", Jsonb(value), key)

    def add_user(
        self,
        phone: str | None = ANA,
        bsuid: str | None = None,
        *,
        silent_for: str = "1 minute",
        opted_out: bool = False,
    ) -> Any:
        """Make a profile whose last message is `silent_for` old, and return its user_id."""
        user_id = self.value(
            """
            insert into public.profiles (whatsapp_e164, wa_user_id, opted_out_at)
            values (%s, %s, case when %s then now() end)
            returning user_id""",
            phone,
            bsuid,
            opted_out,
        )
        self.open_window(user_id, silent_for=silent_for)
        return user_id

    def open_window(
        self, user_id: Any, phone_number_id: str = "", *, silent_for: str = "0"
    ) -> None:
        """Let a user have written to a number (empty: to one that was not named)."""
        self.execute(
            """
            insert into wa.service_windows (user_id, phone_number_id, last_inbound_at)
            values (%s, %s, now() - %s::interval)
            on conflict (user_id, phone_number_id)
            do update set last_inbound_at = excluded.last_inbound_at""",
            user_id,
            phone_number_id,
            silent_for,
        )

    def write(self, user_id: Any, phone_number_id: str = "") -> None:
        """Do what a dispatch does when the user has written."""
        self.open_window(user_id, phone_number_id)
        self.execute(
            "select wa.release_waiting(array[%s::uuid], array[%s::text])", user_id, phone_number_id
        )

    def answer(self, user_id: Any, *replies: dict[str, Any]) -> None:
        """Queue replies of a conversation to what the user wrote to the number 1060."""
        self.execute(
            """
            select wa.save_chats(array[jsonb_populate_record(null::wa.chat, jsonb_build_object(
              'user_id', user_id, 'recipient', coalesce(whatsapp_e164, wa_user_id),
              'phone_number_id', '1060', 'message', jsonb_build_object('wa_message_id', 'wamid.in'),
              'state', 'home', 'data', '{}'::jsonb, 'replies', %s::jsonb,
              'answered_at', clock_timestamp()
            ))])
            from public.profiles where user_id = %s""",
            Jsonb(list(replies)),
            user_id,
        )

    def queue(self, recipient: str = ANA, payload: dict[str, Any] | None = None) -> int:
        """Queue a message now and return its id."""
        return int(
            self.value("select public.wa_notify(%s, %s)", recipient, Jsonb(payload or text()))
        )

    def give_id(self, notification_id: int) -> None:
        """Let the next notification have this id, as after a restore."""
        self.owner.execute(
            f"alter table public.notifications alter id restart with {notification_id}".encode()
        )

    def row(self, notification_id: int) -> DictRow:
        """Return one notification."""
        row = self.owner.execute(
            "select * from public.notifications where id = %s", (notification_id,)
        ).fetchone()
        assert row is not None
        return row

    def status(self, notification_id: int) -> str:
        """Return the status of one notification."""
        return str(self.row(notification_id)["status"])

    def make_due(self, notification_id: int) -> None:
        """Let the time until the next attempt pass."""
        self.execute(
            "update public.notifications set next_attempt_at = now() where id = %s", notification_id
        )

    def end_lease(self, notification_id: int) -> None:
        """Let the time of a lease pass."""
        self.execute(
            "update public.notifications set locked_until = now() where id = %s", notification_id
        )

    def claim(self, batch: int = 10, lease: str = "60 seconds") -> list[DictRow]:
        """Claim as a worker does, and remember the callback data, as Meta would."""
        claimed = self.worker.execute(
            "select * from public.wa_notifications_claim('worker-1', %s, %s::interval)",
            (batch, lease),
        ).fetchall()
        for row in claimed:
            if data := row["request"].get("biz_opaque_callback_data"):
                self.callback_data[row["id"]] = data
        return claimed

    def claimed_ids(self, batch: int = 10) -> list[int]:
        """Claim, and return the ids."""
        return [row["id"] for row in self.claim(batch)]

    def settle(self, claimed: DictRow, outcome: str, **result: Any) -> DictRow:
        """Settle one claimed row and return the report."""
        return self.settle_many([result_of(claimed, outcome, **result)])

    def settle_many(self, results: list[dict[str, Any]]) -> DictRow:
        """Settle several results in one call."""
        row = self.worker.execute(
            "select public.wa_notifications_settle(%s) as report", (Jsonb(results),)
        ).fetchone()
        assert row is not None
        report: DictRow = row["report"]
        return report

    def accept(self, claimed: Iterable[DictRow]) -> DictRow:
        """Settle claimed rows as accepted by Meta."""
        return self.settle_many([result_of(row, "accepted") for row in claimed])

    def reject(self, claimed: DictRow, code: int | None, http_status: int = 400) -> DictRow:
        """Settle a claimed row as refused by Meta."""
        return self.settle(claimed, "rejected", error_code=code, http_status=http_status)

    def send(self, recipient: str = ANA, payload: dict[str, Any] | None = None) -> int:
        """Queue a message, claim it and settle it as accepted."""
        notification_id = self.queue(recipient, payload)
        self.accept(self.claim())
        assert self.status(notification_id) == "sent"
        return notification_id

    def status_of(self, notification_id: int, status: str, **fields: Any) -> dict[str, Any]:
        """Build the status webhook of a message that was sent with our callback data."""
        if "recipient" not in fields:
            fields["recipient"] = self.row(notification_id)["recipient"].lstrip("+")
        given = {"callback_data": self.callback_data[notification_id]}
        return status_update(f"wamid.{notification_id}", status, **(given | fields))

    def apply_statuses(self, *statuses: dict[str, Any]) -> DictRow:
        """Apply status webhooks and return the report."""
        with as_engine(self.owner):
            report: DictRow = self.value("select wa.apply_statuses(%s)", Jsonb(list(statuses)))
        return report


def result_of(claimed: DictRow, outcome: str, **result: Any) -> dict[str, Any]:
    """Build the result of one claimed row."""
    accepted = {"wa_message_id": f"wamid.{claimed['id']}"} if outcome == "accepted" else {}
    return (
        {"id": claimed["id"], "lock_token": str(claimed["lock_token"]), "outcome": outcome}
        | accepted
        | result
    )


def event_names(report: DictRow) -> list[str]:
    """Return the names of the events in a report."""
    return [event["event"] for event in report["events"]]


@pytest.fixture
def queue(connection: Connection[DictRow], notifier_connection: Connection[DictRow]) -> Queue:
    """The outbox of the test's own database."""
    return Queue(connection, notifier_connection)
