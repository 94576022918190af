"""docs/reference/webhook.md says how everything ends that Meta posts, and so it does."""

from __future__ import annotations

import inspect
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from tests import payloads
from tests.dispatching import counts, dispatch, value
from tests.docs.code_blocks import PROJECT
from tests.field_payloads import FIELDS, event_webhook, field_webhook
from tests.payloads import Json, envelope
from tests.queue.conftest import Queue

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.rows import DictRow

MESSAGES: dict[str, partial[Json]] = {
    "`text`": partial(payloads.text_message),
    "`image`": partial(payloads.image_message, "a caption"),
    "`video`": partial(payloads.video_message),
    "`audio`": partial(payloads.audio_message),
    "`document`": partial(payloads.document_message),
    "`sticker`": partial(payloads.sticker_message),
    "`location`": partial(payloads.location_message),
    "`contacts`": partial(payloads.contacts_message),
    "`contacts/contact_request`": partial(payloads.contacts_message, origin="contact_request"),
    "`interactive/button_reply`": partial(payloads.button_reply, "b1"),
    "`interactive/list_reply`": partial(payloads.list_reply, "r1"),
    "`interactive/nfm_reply`": partial(payloads.flow_reply),
    "`interactive/product`": partial(payloads.product_message),
    "`interactive/call_permission_reply`": partial(payloads.call_permission_reply),
    "`interactive`": partial(payloads.message, "interactive"),
    "`interactive` of any other type": partial(
        payloads.message, "interactive", {"type": "hologram_reply"}
    ),
    "`button`": partial(payloads.template_button),
    "`order`": partial(payloads.order_message),
    "`reaction`": partial(payloads.reaction_message),
    "`request_welcome`": partial(payloads.request_welcome),
    "`unsupported`": partial(payloads.unsupported_message, None),
    **{
        f"`unsupported/{kind}`": partial(payloads.unsupported_message, kind)
        for kind in (
            *("poll_creation", "group_invite", "gif", "link_preview", "image", "location", "order"),
            *("hsm", "interactive", "list", "button", "product", "unknown", "edit", "revoke"),
            *("pin", "keep_in_chat", "poll_update", "reaction", "errors"),
        )
    },
    "`unsupported/media_placeholder`": partial(
        payloads.unsupported_message, "media_placeholder", 131060
    ),
    "`unsupported` of any other kind": partial(payloads.unsupported_message, "hologram"),
    "`unknown`": partial(payloads.message, "unknown"),
    "`edit`": partial(payloads.edit_message),
    "`revoke`": partial(payloads.revoke_message),
    "`text` in a group": partial(payloads.group_message),
    "`system/user_changed_number`": partial(payloads.number_changed),
    "`system/user_changed_user_id`": partial(payloads.user_id_changed),
    **{
        f"`system/{kind}`": partial(payloads.message, "system", {"type": kind} | changed)
        for kind, changed in {
            "customer_changed_number": {"new_wa_id": "34600555444"},
            "customer_identity_changed": {},
        }.items()
    },
    "any other `type`": partial(payloads.message, "hologram", {"id": "1"}),
    "`text` of nobody": partial(payloads.text_message, sender=None),
}
BESIDE_THEM: dict[str, Any] = {
    "`errors`": [{"code": 130429, "title": "Rate limit hit"}],
    "`user_actions`": [{"action_type": "landing_page_view", "timestamp": "1790000000"}],
    "`conversation_context`": {"type": "summary", "summary": {"text": "secret"}},
    "any other key": {"a": 1},
}
UNKNOWN_ERRORS = [{"code": 987654, "title": "Something else"}]


def read_table(heading: str) -> list[list[str]]:
    """Return the cells of each row of the first table under a heading."""
    section = (
        (PROJECT / "docs" / "reference" / "webhook.md").read_text().split(f"\n## {heading}")[1]
    )
    (lines, *_) = re.findall(r"\| --- .*\n((?:\|.*\n)+)", section.split("\n## ")[0])
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.splitlines()]


def endings(connection: Connection[DictRow], bodies: dict[str, Json]) -> dict[str, str]:
    """Dispatch each body into a database that knows nothing, and say how it ends."""
    found = {}
    for name, body in bodies.items():
        with connection.transaction(force_rollback=True):
            words = list(counts(dispatch(connection, body)))
            if value(connection, "select count(*) from public.notifications") > 0:
                words.append("answered")
            kinds = "select string_agg(distinct kind::text, ' ') from public.webhook_logs"
            logged = {None: [], "field": ["logged"], "unknown": ["logged as unknown"]}
            found[name] = ", ".join(words + logged[value(connection, kinds)])
    return found


def test_every_message_ends_as_documented(connection: Connection[DictRow]) -> None:
    documented = {kind: ends for kind, _, ends, *_ in read_table("Messages")}
    bodies = {kind: envelope([build()]) for kind, build in MESSAGES.items()}
    assert endings(connection, bodies) == documented


def test_every_builder_of_a_message_has_a_row() -> None:
    builders = {
        builder
        for name, builder in inspect.getmembers(payloads, inspect.isfunction)
        if builder.__module__ == payloads.__name__
        and "fields" in inspect.signature(builder).parameters
        and not name.startswith("_")
        and name not in {"status_update", "contact", "text_body"}
    }
    assert {build.func for build in MESSAGES.values()} == builders


def test_every_kind_that_the_code_names_has_a_row() -> None:
    source = (PROJECT / "db" / "functions" / "webhook" / "is_known_message.sql").read_text()
    named = set(re.findall(r"'([a-z_]+)'", source.split("comment on")[0])) - {"id", "type"}
    rows = {part for kind in MESSAGES for part in kind.strip("`").split("/")}
    assert named <= rows


def test_what_comes_beside_messages_ends_as_documented(connection: Connection[DictRow]) -> None:
    documented = {key: ends for key, _, ends, *_ in read_table("Beside them")}
    bodies = {
        key: envelope(**{key.strip("`").replace(" ", "_"): part})
        for key, part in BESIDE_THEM.items()
    } | {"`errors` of any other code": envelope(errors=UNKNOWN_ERRORS)}
    assert endings(connection, bodies) == documented


def test_every_status_moves_a_message_as_documented(
    connection: Connection[DictRow],
    notifier_connection: Connection[DictRow],
    edge: Connection[DictRow],
) -> None:
    queue = Queue(connection, notifier_connection)
    documented = {status: ends for status, _, ends, *_ in read_table("Statuses")}
    found = {}
    for number, status in enumerate(documented):
        queue.add_user(f"+3460011100{number}")
        notification = queue.queue(f"+3460011100{number}")
        queue.claim()
        *kind, name = status.strip("`").split("/")
        given = queue.status_of(
            notification,
            name.replace(" ", "_"),
            error_code=131026 if name == "failed" else None,
        )
        dispatch(edge, envelope(statuses=[given | ({"type": kind[0]} if kind else {})]))
        found[status] = queue.status(notification)
    assert found == documented


def test_every_field_ends_as_documented(connection: Connection[DictRow]) -> None:
    documented = {field: ends for field, _, ends, *_ in read_table("Fields")}
    bodies = {f"`{field}`": field_webhook(field) for field in FIELDS}
    found = endings(connection, bodies | {"any other field": field_webhook("tomorrow")})
    assert found == documented


def test_fields_that_have_events_are_marked(connection: Connection[DictRow]) -> None:
    marked = {
        field.strip("`") for field, _, _, acts, *_ in read_table("Fields") if acts == "events"
    }
    events = connection.execute("select distinct field from wa.account_events").fetchall()
    assert marked == {row["field"] for row in events}


def test_nothing_personal_of_a_field_is_logged(connection: Connection[DictRow]) -> None:
    for field in FIELDS:
        dispatch(connection, field_webhook(field))
    logged = value(connection, "select string_agg(detail::text, ' ') from public.webhook_logs")
    personal = ("secret", payloads.SENDER, payloads.SENDER_NAME, payloads.SENDER_USER_ID)
    assert [one for one in (*personal, payloads.BOT_NUMBER) if one in logged] == []


EFFECTS: dict[str, Callable[[Connection[DictRow]], bool]] = {
    "sending pauses": lambda at: value(
        at, "select coalesce(paused_until > now(), false) from wa.queue_state"
    ),
    "the template waits": lambda at: value(
        at, "select is_held from wa.message_templates where name = 'news'"
    ),
    "the template goes on": lambda at: value(
        at, "select not is_held from wa.message_templates where name = 'held'"
    ),
    "the number sends faster": lambda at: value(
        at, "select rate_per_second is not null from wa.number_pace where phone_number_id = '1060'"
    ),
    "alert": lambda at: value(at, "select count(*) > 0 from wa.alert_occurrences"),
}


def test_every_event_of_the_account_brings_about_what_is_documented(
    connection: Connection[DictRow],
) -> None:
    documented = {
        (field.strip("`"), event.strip("`")): effects
        for field, event, effects in read_table("Events of the account")
    }
    connection.execute("insert into wa.number_pace (phone_number_id) values ('1060')")
    connection.execute(
        "insert into wa.message_templates (name, language, is_held)"
        " values ('news', 'en', false), ('held', 'en', true)"
    )
    events = connection.execute("select field, event from wa.account_events").fetchall()
    found = {}
    for row in events:
        with connection.transaction(force_rollback=True):
            for name in ("news", "held"):
                body = event_webhook(row["field"], row["event"])
                event = body["entry"][0]["changes"][0]["value"]
                if "message_template_name" in event:
                    event["message_template_name"] = name
                dispatch(connection, body)
            happened = [name for name, has_happened in EFFECTS.items() if has_happened(connection)]
            found[row["field"], row["event"]] = ", ".join(happened) or "nothing"
    assert found == documented
