"""A person who has left something in every table, and somebody else beside, who stays.

What they are called and what they said are words that nobody else uses, so that a search for them
finds nothing but them.
"""

from __future__ import annotations

import base64
import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import break_step, dispatch, mend_step, send, value, values

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue

PHONE = "34612345678"
BSUID = "ES.Zuzana7788"
PARENT_BSUID = "ES.ENT.Zuzana9900"
EARLIER_BSUID = "ES.Zuzana1122"
NAME = "Zuzana Quixotová"
SAID = "I wish to save for a xylophone"
OTHER_PHONE = "34699999999"
OTHER_SAID = "a word of somebody else"

MARKS = (PHONE, PHONE[2:], "Zuzana", "Quixot", "xylophone")
"""What must be found nowhere afterwards: parts of the number, the BSUIDs, the name, the texts."""


@dataclass
class Life:
    """The connections, and the person's profile."""

    owner: Connection[DictRow]
    edge: Connection[DictRow]
    queue: Queue
    operator: Connection[DictRow]

    @property
    def user_id(self) -> Any:
        return value(self.owner, "select user_id from public.profiles where wa_user_id = %s", BSUID)

    def writes(self, message: payloads.Json) -> None:
        """Let the person send a message as Meta delivers it: with number, BSUID and name."""
        contact = payloads.contact(PHONE, BSUID, NAME)
        dispatch(self.edge, self.body(message, contact), {"snapshot": True})

    def body(self, message: payloads.Json, contact: payloads.Json | None = None) -> payloads.Json:
        contacts = [contact or payloads.contact(PHONE, BSUID, NAME)]
        return payloads.envelope([message], contacts=contacts)

    def text(self, said: str = SAID, message_id: str | None = None) -> payloads.Json:
        """Build a text of the person's."""
        return payloads.text_message(
            said, sender=PHONE, user_id=BSUID, message_id=message_id or wamid()
        )

    def erase(self, who: str = f"+{PHONE}") -> dict[str, Any]:
        """Erase as the operator does."""
        answer: dict[str, Any] = value(self.operator, "select public.wa_erase_profile(%s)", who)
        return answer


def wamid() -> str:
    """Return a message id as Meta makes it: the number is in it, in base64."""
    tail = payloads.text_message()["id"][-8:]
    inside = b"\x1d\x18\x0b" + PHONE.encode() + b"\x15\x02\x00\x12\x18" + tail.encode()
    return "wamid." + base64.b64encode(inside).decode()


def live(life: Life) -> None:
    """Leave something in every table."""
    _is_known_by_several_names(life)
    _talks_and_saves(life)
    _is_written_to(life)
    _meets_failures(life)


def _is_known_by_several_names(life: Life) -> None:
    send(life.edge, payloads.text_message("hello", sender=None, user_id=EARLIER_BSUID))
    life.owner.execute(
        "update public.profiles set display_name = %s, metadata = %s where wa_user_id = %s",
        (NAME, Jsonb({"crm": "Zuzana"}), EARLIER_BSUID),
    )
    send(life.edge, payloads.text_message("hello", sender=PHONE))
    send(life.edge, payloads.user_id_changed(EARLIER_BSUID, BSUID))
    status = payloads.status_update(recipient_id=PHONE, recipient_user_id=BSUID)
    dispatch(life.edge, payloads.envelope(statuses=[status]))
    life.owner.execute(
        "select wa.add_alias('parent_bsuid', %s, user_id) from public.profiles"
        " where wa_user_id = %s",
        (PARENT_BSUID, BSUID),
    )


def _talks_and_saves(life: Life) -> None:
    life.writes(life.text())
    life.writes(life.text("help"))
    profile = life.user_id
    send(life.edge, payloads.text_message(OTHER_SAID, sender=OTHER_PHONE))
    other = value(
        life.owner,
        "select user_id from public.profiles where whatsapp_e164 = %s",
        f"+{OTHER_PHONE}",
    )
    create = "select basket_id from public.basket_create(%s, null, %s, true, null)"
    own = value(life.owner, create, profile, "My xylophone")
    life.owner.execute(
        "select public.basket_set_description(%s, %s, 'A xylophone for Zuzana')", (profile, own)
    )
    shared = value(life.owner, create, profile, "Wedding")
    code = value(life.owner, "select share_token from public.baskets where id = %s", shared)
    life.owner.execute("select public.basket_join_by_code(%s, null, %s)", (other, code))
    life.owner.execute("select public.basket_contribute(%s, %s, 2500, 'till:1')", (profile, shared))
    life.owner.execute("select public.basket_contribute(%s, %s, 100, 'till:2')", (other, shared))


def _is_written_to(life: Life) -> None:
    life.queue.accept(life.queue.claim())
    for text in ("A xylophone is yours, Zuzana", "Another xylophone"):
        life.queue.queue(f"+{PHONE}", {"type": "text", "text": {"body": text}})
    (claimed,) = life.queue.claim()
    life.queue.reject(claimed, 131026)
    life.owner.execute(
        "insert into wa.marketing_preferences (user_id, is_stopped) values (%s, true)"
        " on conflict do nothing",
        (life.user_id,),
    )
    life.owner.execute(
        "insert into wa.silences (user_id, reason, until) values (%s, 'many_answers', now())",
        (life.user_id,),
    )


def _meets_failures(life: Life) -> None:
    break_step(life.owner)
    life.writes(life.text("help"))
    mend_step(life.owner)
    life.owner.execute("select wa.group_alerts()")
    break_step(life.owner)
    life.writes(life.text("help"))
    mend_step(life.owner)
    other = payloads.text_message(OTHER_SAID, sender=OTHER_PHONE)
    both = payloads.envelope([life.text(), other], contacts=[payloads.contact(PHONE, BSUID, NAME)])
    kept = [
        ("dispatch_error", json.dumps(both).encode()),
        ("dispatch_error", json.dumps(life.body(life.text())).encode()),
        ("not_json", f'{{"from": "{PHONE}", "text": "xylophone'.encode()),
        ("text_replaced", json.dumps([life.body(life.text())]).encode()),
        ("not_json", b"\xff\xfe of somebody else"),
    ]
    keep(life, kept)


def keep(life: Life, bodies: list[tuple[str, bytes]]) -> None:
    """Keep payloads as the handler does when it cannot process them."""
    kept = [
        {"reason": reason, "body": base64.b64encode(body).decode(), "error": "XX000: broken"}
        for reason, body in bodies
    ]
    dispatch(life.edge, None, {"keep": kept})


def tables(connection: Connection[DictRow]) -> list[str]:
    """Return every table of both schemas."""
    return values(
        connection,
        "select oid::regclass::text from pg_class where relkind in ('r', 'p')"
        " and not relispartition and relnamespace in ('public'::regnamespace, 'wa'::regnamespace)",
    )


def find_marks(connection: Connection[DictRow], marks: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the rows that hold a mark, by table: in any column, plain, in bytea or in base64."""
    found = {}
    for table in tables(connection):
        rows = [
            row["one"] + _opened(row["one"])
            for row in connection.execute(
                f"select (one.*)::text as one from {table} as one".encode()
            )
        ]
        if holding := [row for row in rows if any(mark in row for mark in marks)]:
            found[table] = holding
    return found


def _opened(row: str) -> str:
    """Return what bytea columns and message ids hold, as text."""
    opened = ""
    for word in row.replace('"', " ").replace(",", " ").replace("(", " ").replace(")", " ").split():
        if word.startswith(("\\\\x", "\\x")):
            opened += bytes.fromhex(word.lstrip("\\")[1:]).decode("utf-8", "replace")
        elif word.startswith("wamid."):
            with contextlib.suppress(ValueError):
                opened += base64.b64decode(word[6:] + "==").decode("latin-1")
    return opened
