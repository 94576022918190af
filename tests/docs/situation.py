"""The trouble that the runbook writes about, all at once, on one database.

Everything comes the way it would: webhooks through the handler's role, sends and refusals through
the notifier's. Only rows of earlier days are written by hand.
"""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
from psycopg.rows import dict_row

from tests import payloads
from tests.dispatching import break_step, dispatch, mend_step, send, value
from tests.fixtures.numbers import enter_number
from tests.queue.account_webhooks import marketing_preference, template_status
from tests.queue.conftest import ANA, BRUNO, CARLA, Queue, text
from tests.retention.conftest import Past

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

FAILED_MESSAGE = "wamid.HBgLMzQ2MDAxMTEyMjIVAgASGA"


def fill_in(code: str, profile_id: str) -> str:
    """Put the situation's values into the place of the runbook's placeholders."""
    placeholders = {
        "<profile_id>": profile_id,
        "<wa_message_id>": FAILED_MESSAGE,
        "<payload_id>": "1",
        "<phone_number_id>": payloads.PHONE_NUMBER_ID,
        "<template>": "offer",
        "<password>": "a-long-enough-password",
        "https://<host>": "http://127.0.0.1:1",
    }
    for placeholder, stands_for in placeholders.items():
        code = code.replace(placeholder, stands_for)
    return code


def bring_trouble(database: Database) -> str:
    """Bring a database into the runbook's situation by sessions of its own: `make_trouble`."""
    with ExitStack() as stack:

        def connect(role: str) -> Connection[DictRow]:
            opened = psycopg.connect(database.url(role), autocommit=True, row_factory=dict_row)
            return stack.enter_context(opened)

        return make_trouble(connect)


def make_trouble(connect: Callable[[str], Connection[DictRow]]) -> str:
    """Bring a migrated database into the runbook's situation, and return Ana's user_id.

    Ana got an answer, then a step of hers failed, which is mended since; she stopped marketing and
    cannot be reached any more. A receipt to Bruno was refused, a template to Carla is paused. The
    token has expired, the number was slowed down, one signed payload could not be processed, and
    retention has not run for two days.
    """
    owner, edge, notifier = map(connect, ("postgres", "wa_edge_role", "wa_notifier_role"))
    queue = Queue(owner, notifier)
    enter_number(owner, display_number="+15550001111")
    _converse(owner, edge, queue)
    _refuse_sends(edge, queue)
    _keep_a_payload(edge)
    _let_retention_lag(owner)
    notifier.execute("select public.wa_alerts_claim('worker-1')")
    return str(value(owner, "select user_id from public.profiles where whatsapp_e164 = %s", ANA))


def _converse(owner: Connection[DictRow], edge: Connection[DictRow], queue: Queue) -> None:
    snapshot = {"snapshot": True}
    dispatch(edge, payloads.envelope([payloads.text_message("my baskets")]), snapshot)
    queue.accept(queue.claim())
    break_step(owner)
    send(edge, payloads.text_message("help", message_id=FAILED_MESSAGE))
    mend_step(owner)
    dispatch(edge, marketing_preference("stop", wa_id=ANA[1:]))
    for number in (BRUNO, CARLA):
        send(edge, payloads.text_message("hello", sender=number[1:]))
    queue.accept(queue.claim())


def _refuse_sends(edge: Connection[DictRow], queue: Queue) -> None:
    _refuse(queue, ANA, text(), 131026, "Message undeliverable")
    _refuse(queue, BRUNO, template("receipt"), 132000, "Number of parameters does not match")
    dispatch(edge, template_status("PAUSED", name="offer"))
    queue.queue(CARLA, template("offer"))
    _refuse(queue, BRUNO, text(), 190, "Error validating access token")
    queue.execute(
        "update wa.number_pace set held_until = now() + interval '1 minute'"
        " where phone_number_id = %s",
        payloads.PHONE_NUMBER_ID,
    )


def _refuse(queue: Queue, recipient: str, payload: payloads.Json, code: int, said: str) -> None:
    queue.queue(recipient, payload)
    (claimed,) = queue.claim()
    queue.settle(claimed, "rejected", error_code=code, error_message=said, http_status=400)


def template(name: str) -> payloads.Json:
    return {"type": "template", "template": {"name": name, "language": {"code": "en"}}}


def _keep_a_payload(edge: Connection[DictRow]) -> None:
    body = json.dumps(payloads.envelope([payloads.text_message("menu", sender=CARLA[1:])]))
    kept = {
        "body": b64encode(body.encode()).decode(),
        "reason": "dispatch_error",
        "error": "23514: new row violates check constraint",
    }
    dispatch(edge, None, {"keep": [kept]})


def _let_retention_lag(owner: Connection[DictRow]) -> None:
    past = Past(owner)
    past.add_events(3, "31 days")
    past.add_logs(2, "15 days")
    owner.execute(
        "update public.webhook_logs set field = 'account_update'"
        " where kind = 'field' and field is null"
    )
    owner.execute(
        "update wa.retention_state set last_started_at = now() - interval '2 days',"
        " last_finished_at = now() - interval '2 days'"
    )
