"""What Meta would refuse is refused when it is queued, whoever queues it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.fixtures.citus import about_one_server
from tests.queue.conftest import ANA, TEMPLATE, text

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.queue.conftest import Queue

Json = dict[str, Any]


def interactive(kind: str, action: Json, **parts: Any) -> Json:
    content = {"type": kind, "body": {"text": "Choose"}, "action": action} | parts
    return {"type": "interactive", "interactive": content}


def button(reply_id: str = "a", title: str = "A", kind: str = "reply") -> Json:
    return {"type": kind, "reply": {"id": reply_id, "title": title}}


def buttons(*given: Json, **parts: Any) -> Json:
    return interactive("button", {"buttons": list(given)}, **parts)


def row(number: int = 1, **fields: Any) -> Json:
    return {"id": str(number), "title": f"Row {number}"} | fields


def section(*rows: Json, **fields: Any) -> Json:
    return {"rows": list(rows)} | fields


def menu(*sections: Json, label: str = "Open", **parts: Any) -> Json:
    return interactive("list", {"button": label, "sections": list(sections)}, **parts)


def link_button(text_: str = "Open", url: str = "https://example.org") -> Json:
    parameters = {"display_text": text_, "url": url}
    return interactive("cta_url", {"name": "cta_url", "parameters": parameters})


def image(**fields: Any) -> Json:
    return {"type": "image", "image": fields}


def file(**fields: Any) -> Json:
    return {
        "type": "document",
        "document": {"file": "a.pdf", "mime_type": "application/pdf"} | fields,
    }


def template(**fields: Any) -> Json:
    content = {"name": "news", "language": {"code": "en"}} | fields
    return {"type": "template", "template": content}


ACCEPTED: dict[str, Json] = {
    "a text of 4096 characters": text("ä" * 4096),
    "a text without type": {"text": {"body": "hi"}},
    "emoji count as characters": buttons(button(title="\N{THUMBS UP SIGN}" * 20)),
    "three buttons": buttons(button("a", "A"), button("b", "B"), button("c", "C")),
    "a header, a footer, a long body": buttons(
        button(),
        body={"text": "x" * 1024},
        header={"type": "text", "text": "x" * 60},
        footer={"text": "x" * 60},
    ),
    "an image as header": buttons(button(), header={"type": "image", "image": {"id": "1"}}),
    "a list of ten rows": menu(section(*[row(n) for n in range(10)])),
    "two sections with titles": menu(section(row(1), title="A"), section(row(2), title="B")),
    "a long id and description": menu(
        section(row(id="i" * 200, title="x" * 24, description="x" * 72))
    ),
    "ten sections, and as many rows": menu(
        *[section(row(n), title=f"{n}" + "x" * 23) for n in range(10)], label="x" * 20
    ),
    "ten template buttons": template(
        components=[{"type": "button", "sub_type": "url", "index": str(n)} for n in range(10)]
    ),
    "a link": link_button("x" * 20),
    "a request for the location": interactive(
        "location_request_message", {"name": "send_location"}
    ),
    "an image by id": image(id="1", caption="x" * 1024),
    "an image by link": image(link="https://example.org/a.png"),
    "a qr": image(qr="https://wa.me/1"),
    "a file": {"type": "document", "document": {"file": "a.pdf", "mime_type": "application/pdf"}},
    "a file with its codec": {
        "type": "audio",
        "audio": {"file": "voice/a.ogg", "mime_type": "audio/ogg; codecs=opus"},
    },
    "a template": TEMPLATE,
    "a template with parameters": template(
        components=[
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": []},
        ]
    ),
    "a reaction": {"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": ""}},
    "a location": {"type": "location", "location": {"latitude": 1.5, "longitude": 30}},
    "contacts": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"}}]},
    "an answer to a message": text() | {"context": {"message_id": "wamid.1"}},
    "a type of tomorrow": {"type": "hologram", "hologram": {"depth": 3}},
}

REFUSED: dict[str, Json] = {
    "no content": {"type": "text"},
    "a mime type of two lines": file(mime_type="application/pdf\r\nX-Injected: 1"),
    "a mime type that ends a line": file(mime_type="application/pdf\n"),
    "a mime type without subtype": file(mime_type="pdf"),
    "a file above the folder": file(file="terms/../../a.pdf"),
    "a file anywhere": file(file="/etc/passwd"),
    "content that is no object": {"type": "text", "text": "hi"},
    "an empty text": text(""),
    "a text of spaces": text("  \n "),
    "a text that is too long": text("x" * 4097),
    "a recipient": text() | {"to": "+34600111222"},
    "a recipient by BSUID": text() | {"recipient": "ES.1"},
    "callback data": text() | {"biz_opaque_callback_data": "x"},
    "no button": buttons(),
    "four buttons": buttons(*[button(str(n), f"B{n}") for n in range(4)]),
    "a long title": buttons(button(title="x" * 21)),
    "an empty title": buttons(button(title="")),
    "a long id": buttons(button("x" * 257)),
    "an id with a space at its end": buttons(button("a ")),
    "the same id twice": buttons(button("a", "A"), button("a", "B")),
    "the same title twice": buttons(button("a", "A"), button("b", "A")),
    "a button of another type": buttons(button(kind="url")),
    "a long body": buttons(button(), body={"text": "x" * 1025}),
    "no body": buttons(button(), body={}),
    "a long footer": buttons(button(), footer={"text": "x" * 61}),
    "a long header": buttons(button(), header={"type": "text", "text": "x" * 61}),
    "a header without content": buttons(button(), header={"type": "image"}),
    "a list with an image as header": menu(
        section(row()), header={"type": "image", "image": {"id": "1"}}
    ),
    "eleven sections": menu(*[section(row(n), title=f"S{n}") for n in range(11)]),
    "a list of eleven rows in two sections": menu(
        section(*[row(n) for n in range(6)], title="A"),
        section(*[row(n) for n in range(6, 11)], title="B"),
    ),
    "an empty section": menu(section()),
    "no section": menu(),
    "two sections without titles": menu(section(row(1)), section(row(2))),
    "a long section title": menu(section(row(), title="x" * 25)),
    "a long row title": menu(section(row(title="x" * 25))),
    "a row id that is no text": menu(section(row(id=5))),
    "a long row id": menu(section(row(id="x" * 201))),
    "a long row description": menu(section(row(description="x" * 73))),
    "the same row id twice": menu(section(row(1), row(1))),
    "a long list label": menu(section(row()), label="x" * 21),
    "a long link label": link_button("x" * 21),
    "a link that is none": link_button(url="javascript:alert(1)"),
    "no action": {"type": "interactive", "interactive": {"type": "button", "body": {"text": "x"}}},
    "an image from nowhere": image(caption="x"),
    "an image that is a text": {"type": "image", "text": {"body": "x"}},
    "an image from two places": image(id="1", link="https://example.org"),
    "a long caption": image(id="1", caption="x" * 1025),
    "a sound with a caption": {"type": "audio", "audio": {"id": "1", "caption": "x"}},
    "a file without MIME type": {"type": "document", "document": {"file": "a.pdf"}},
    "a document that is a qr": {"type": "document", "document": {"qr": "https://wa.me/1"}},
    "a template without language": {"type": "template", "template": {"name": "n"}},
    "a template without name": {"type": "template", "template": {"language": {"code": "en"}}},
    "a template with strange components": template(components=[{"type": "engine"}]),
    "eleven template buttons": template(
        components=[{"type": "button", "sub_type": "url", "index": str(n)} for n in range(11)]
    ),
    "a template button without index": template(components=[{"type": "button", "sub_type": "url"}]),
    "a reaction to nothing": {"type": "reaction", "reaction": {"emoji": "x"}},
    "a location without longitude": {"type": "location", "location": {"latitude": 1}},
}


def refusal(connection: Connection[DictRow], payload: Json) -> str | None:
    """Return the SQLSTATE with which a direct insert of a payload is refused, or None."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(
                """
                insert into public.notifications (user_id, recipient, payload)
                select user_id, %s, %s from public.profiles""",
                (ANA, Jsonb(payload)),
            )
    except psycopg.Error as error:
        return error.sqlstate
    return None


def test_what_meta_takes_is_queued(queue: Queue) -> None:
    queue.add_user()
    refused = {name: refusal(queue.owner, payload) for name, payload in ACCEPTED.items()}
    assert {name: state for name, state in refused.items() if state is not None} == {}


def test_what_meta_would_refuse_is_not_queued(queue: Queue) -> None:
    queue.add_user()
    refused = {name: refusal(queue.owner, payload) for name, payload in REFUSED.items()}
    assert {name: state for name, state in refused.items() if state != "WA011"} == {}


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (
            menu(section(*[row(n) for n in range(11)])),
            "a list has at most 10 rows in all; this one has 11",
        ),
        (
            menu(section(*[row(n) for n in range(9)], row(9, title="x" * 25))),
            "the title of a row has 25 characters; 24 are allowed",
        ),
        (menu(section(row(1), row(1, title="x" * 24))), "the ids of rows must differ"),
        (template(components={}), "template.components must be an array"),
        (
            template(components=[{"type": "body", "parameters": {}}]),
            "the parameters of a template component must be an array",
        ),
        (TEMPLATE | {"type": 1}, "type must be a string"),
        ({"type": "contacts", "contacts": {}}, "contacts must be an array"),
    ],
)
def test_the_error_says_what_is_wrong(queue: Queue, payload: Json, problem: str) -> None:
    queue.add_user()
    with pytest.raises(psycopg.Error, match=re.escape(problem)):
        queue.queue(ANA, payload)


def test_a_queued_payload_cannot_be_made_wrong(queue: Queue) -> None:
    queue.add_user()
    queue.queue()
    with pytest.raises(psycopg.Error) as caught:
        queue.execute('update public.notifications set payload = \'{"type": "text"}\'')
    assert caught.value.sqlstate == "WA011"


@about_one_server("gives an API role no right on numbers, which a table on a node asks for")
def test_a_direct_insert_of_an_api_role_is_checked_as_well(queue: Queue, connect: Connect) -> None:
    queue.add_user()
    # Supabase gives it this in schema public, and in no other.
    queue.execute("grant usage on schema public to service_role")
    queue.execute("grant select on public.profiles to service_role")
    queue.execute("grant insert on public.notifications to service_role")
    service = connect("service_role")
    assert refusal(service, text("")) == "WA011"
    assert refusal(service, buttons(button())) is None
