"""Sending what is due, as the notifier does, to somebody who takes all that Meta would take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from psycopg.types.json import Jsonb

from wa_webhook.meta_stand_in.errors import GraphError
from wa_webhook.meta_stand_in.validation import check_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import DictRow

_BATCH = 100


@dataclass(frozen=True)
class Delivered:
    """A message that left.

    `recipient` is digits or a business-scoped user id, `request` the body for the Graph API, and
    `upload` the file that was uploaded for it.
    """

    recipient: str
    request: dict[str, Any]
    upload: dict[str, Any] | None
    wa_message_id: str


def send_due(notifier: Connection[DictRow]) -> Iterator[Delivered]:
    """Claim and settle until nothing is due any more, and yield the messages in order.

    Receipts and typing indicators are sent too, and not yielded. Raises AssertionError for a
    message that Meta would refuse, with its reason.
    """
    while claimed := notifier.execute(
        "select id, lock_token, request, upload from public.wa_notifications_claim(%s, %s)",
        ("test", _BATCH),
    ).fetchall():
        results = []
        for row in claimed:
            wa_message_id = f"wamid.{uuid4().hex.upper()}"
            result = {"id": row["id"], "lock_token": str(row["lock_token"]), "outcome": "accepted"}
            request = row["request"]
            if "status" not in request:
                result["wa_message_id"] = wa_message_id
                upload = row["upload"]
                yield Delivered(_check(request, upload), request, upload, wa_message_id)
            results.append(result)
        notifier.execute("select public.wa_notifications_settle(%s)", (Jsonb(results),))


def _check(request: dict[str, Any], upload: dict[str, Any] | None) -> str:
    """Return the recipient. Raises AssertionError."""
    if upload is not None:
        request[request["type"]]["id"] = "1"
    try:
        return check_message(request).value
    except GraphError as refused:
        raise AssertionError(
            f"Meta would refuse this: {refused.details or refused}\n{request}"
        ) from None
