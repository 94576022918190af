"""Handler, notifier and workers do the same whatever their sessions are set to.

A login may change its own settings, and those of a role or database come with a restore, a
template or somebody's good intention.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tests import payloads
from tests.dispatching import dispatch, values
from tests.field_payloads import FIELDS, field_webhook
from tests.fixtures import clusters
from tests.fixtures.names import current_names
from tests.flows.baskets.scripts import KIMIRONKO, create_basket, join_basket
from tests.operations.test_hostile_sessions import VARYING
from tests.queue.conftest import Queue
from tests.tasks.conftest import FLOW, Workshop
from wa_webhook.dev.postgres import SUPERUSER
from wa_webhook.testing import Chat
from wa_webhook.worker.claimed import TaskResult
from wa_webhook.worker.task_queue import TaskQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

HOSTILE = {
    "array_nulls": "off",
    "backslash_quote": "on",
    "bytea_output": "escape",
    "datestyle": "SQL, DMY",
    "enable_indexscan": "off",
    "escape_string_warning": "off",
    "extra_float_digits": "-15",
    "intervalstyle": "sql_standard",
    "plan_cache_mode": "force_custom_plan",
    "quote_all_identifiers": "on",
    "row_security": "off",
    "search_path": "pg_temp",
    "standard_conforming_strings": "off",
    "timezone": "Asia/Kolkata",
    "transform_null_equals": "on",
    "xmloption": "document",
}
WRITTEN = (
    "select jsonb_build_array(state, data) from public.chat_state",
    "select jsonb_build_array(whatsapp_e164, wa_user_id, display_name, locale, opted_out_at)"
    " from public.profiles",
    "select jsonb_build_array(kind, value) from wa.profile_aliases",
    "select jsonb_build_array(message_type, status, error) from public.wa_events",
    "select jsonb_build_array(status, payload, recipient, error_code) from public.notifications",
    "select jsonb_build_array(kind, field, detail) from public.webhook_logs",
    "select jsonb_build_array(kind, group_key, detail) from wa.alert_occurrences",
    "select jsonb_build_array(status, reached, input, result) from wa.tasks",
    "select jsonb_build_array(reason, error) from wa.kept_payloads",
)
VARIES = (
    *VARYING,
    (r"\d\d\d\d-\d\d-\d\dT[\d:.]+\+\d\d:\d\d", "<time>"),
    (r"(wamid\.|media-)\w+", "<id>"),
    (r"\b[0-9A-Z]{10}\b", "<code>"),
    (r"\d{10}", "<number>"),
)


async def test_no_setting_of_a_session_changes_what_a_day_leaves_behind(
    new_database: Callable[[str], Database],
) -> None:
    usual, hostile = (new_database(clusters.TEMPLATE) for _ in range(2))
    with psycopg.connect(hostile.url(SUPERUSER), autocommit=True) as superuser:
        for setting, value in HOSTILE.items():
            superuser.execute(
                sql.SQL("alter database {} set {} = {}").format(
                    sql.Identifier(hostile.name), sql.Identifier(setting), sql.Literal(value)
                )
            )
    assert await live_through_a_day(hostile) == await live_through_a_day(usual)


async def live_through_a_day(database: Database) -> list[str]:
    """Let all kinds of things come in, and return what they leave, without what varies."""
    with ExitStack() as opened:

        def connect(role: str, options: str = "") -> Connection[DictRow]:
            connected = psycopg.connect(
                database.url(role), autocommit=True, row_factory=dict_row, options=options
            )
            return opened.enter_context(connected)

        owner = connect(SUPERUSER, "-c datestyle=ISO -c timezone=UTC")
        edge, notifier = connect("wa_edge_role"), connect("wa_notifier_role")
        owner.execute(FLOW.encode())
        owner.execute(
            "update wa.settings set value = to_jsonb('+15550001111'::text)"
            " where key = 'bot_number_e164'"
        )
        with Chat.open(database.url) as chat:
            talk(chat)
        Workshop(owner, edge, connect("wa_worker_role")).say("scan", "hello?")
        async with TaskQueue(
            database.url("wa_worker_role"),
            worker="worker-1",
            lease_seconds=60,
            schema=current_names().schema,
        ) as tasks:
            (task,) = await tasks.claim("scan", 10)
            await tasks.settle([(task, TaskResult("done", result={"text": "hello"}))])
        queue = Queue(owner, notifier)
        queue.accept(queue.claim(100))
        for notification_id in queue.callback_data:
            status = queue.status_of(notification_id, "delivered")
            dispatch(edge, payloads.envelope(statuses=[status], contacts=[]))
        for body in bodies():
            dispatch(edge, body)
        return sorted(mask(text) for query in WRITTEN for text in map(str, values(owner, query)))


def talk(chat: Chat) -> None:
    ana, ben = chat.person("Ana"), chat.person("Ben", phone=None, user_id="ES.4711")
    code = create_basket(ana, " Wedding  of\tBen ", is_public=True, place=KIMIRONKO)
    join_basket(ben, code)
    ben.taps("Contribute")
    ben.says("1\N{NO-BREAK SPACE}000,50")
    ben.taps("Yes, contribute")
    ana.says("¡Menú!")


def bodies() -> Iterator[payloads.Json]:
    """Yield numbers that are one person's, ids of all forms, and every field of Meta's."""
    for sender in ("5511987654321", "551187654321", "5215512345678", "525512345678"):
        yield payloads.envelope([payloads.text_message("menu", sender=sender)])
    yield payloads.envelope(
        [payloads.text_message(user_id="ES.1", from_parent_user_id="ES.ENT.2", sender=None)]
    )
    yield payloads.envelope([payloads.contacts_message(user_id="ES.1", origin="contact_request")])
    yield payloads.envelope([payloads.message("hologram", {"body": "+34 600 111 222"})])
    for field in FIELDS:
        yield field_webhook(field)


def mask(text: str) -> str:
    for pattern, form in VARIES:
        text = re.sub(pattern, form, text)
    return text
