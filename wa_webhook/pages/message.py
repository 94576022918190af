"""One message as every page draws it, made of what Meta has of it in either direction.

Nothing here trusts a shape: what a user's telephone sends, and what a team's step queues, is drawn
as far as it can be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    MediaUrl = Callable[[Mapping[str, Any]], str | None]

Content = dict[str, Any]
"""What a message says. `kind` is always there, the rest where there is any:

text, buttons, list, link, location_request, contact_request, location, image, video, audio,
sticker, document, contacts, template, reaction, tap, deleted, other, not_kept.

`text`, `footer`: with WhatsApp's formatting; `header`: `{"text"}` or `{"media"}`;
`media`: `{"kind", "mime_type", "filename", "is_voice", "url", "link"}`, where `url` is ours and
`link` that of somebody else; `buttons`: `[{"id", "title"}]`;
`list`: `{"button", "sections": [{"title", "rows": [{"id", "title", "description"}]}]}`;
`link`: `{"title", "url"}`; `location`: `{"latitude", "longitude", "name", "address"}`;
`contacts`: `[{"name", "phones"}]`; `template`: `{"name", "language", "parameters"}`;
`reaction`: `{"emoji", "to"}`, with an empty emoji when it is taken back; `tap`: `{"id"}`;
`reply_to`: the id of the message that it answers; `other`: Meta's name of what we cannot draw.
"""

_MEDIA = ("image", "video", "audio", "sticker", "document")


@dataclass(frozen=True)
class Message:
    """One bubble.

    id: Meta's of it, or the notification's while Meta has not taken it. at: ISO 8601. author: user,
    bot, app, broadcast, or colleague/ and a name. status: queued, sending, sent, delivered, read,
    failed, cancelled; of a user's message processed, failed, ignored, pending. error: why it
    failed.
    """

    id: str
    direction: Literal["from_user", "from_business"]
    at: str
    author: str
    status: str
    content: Content
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what a page takes: the fields of the content beside the others."""
        fields = asdict(self)
        return {**fields.pop("content"), **fields}


def from_user(message: object, media_url: MediaUrl = lambda _: None) -> Content:
    """Return what a user's message says, which is one of `messages` in a webhook, or None."""
    said = _object(message)
    if not said:
        return {"kind": "not_kept"}
    kind = _text(said.get("type")) or "other"
    content = _read(kind, said.get(kind), media_url)
    if kind == "interactive":
        content = _read_tap(_object(said["interactive"]))
    elif kind == "system":
        content = _some(kind="other", other="system", text=_object(said.get(kind)).get("body"))
    elif kind == "edit":
        edited = _object(_object(said.get(kind)).get("message"))
        content = {**from_user(edited, media_url), "kind": "other", "other": "edited"}
    elif kind == "revoke":
        content = {"kind": "other", "other": "deleted a message"}
    elif kind == "button":
        pressed = _object(said.get("button"))
        content = _some(kind="tap", text=pressed.get("text"), tap={"id": pressed.get("payload")})
    return content | _some(reply_to=_object(said.get("context")).get("id"))


def from_business(payload: object, media_url: MediaUrl = lambda _: None) -> Content:
    """Return what a message to a user says, which is the body of a call of the Graph API."""
    sent = _object(payload)
    kind = _text(sent.get("type")) or "text"
    if kind == "interactive":
        content = _read_interactive(_object(sent.get(kind)), media_url)
    elif kind == "template":
        content = _read_template(_object(sent.get(kind)))
    else:
        content = _read(kind, sent.get(kind), media_url)
    return content | _some(reply_to=_object(sent.get("context")).get("message_id"))


def _read(kind: str, value: object, media_url: MediaUrl) -> Content:
    """Return what both sides can send."""
    content = _object(value)
    if kind == "text":
        return _some(kind=kind, text=content.get("body"))
    if kind in _MEDIA:
        media = _read_media(kind, content, media_url)
        return _some(kind=kind, text=content.get("caption"), media=media)
    if kind == "location":
        return {
            "kind": kind,
            "location": _pick(content, "latitude", "longitude", "name", "address"),
        }
    if kind == "contacts":
        return {"kind": kind, "contacts": [_read_contact(one) for one in _objects(value)]}
    if kind == "reaction":
        emoji = _text(content.get("emoji")) or ""
        return {"kind": kind, "reaction": {"emoji": emoji, "to": content.get("message_id")}}
    return {"kind": "other", "other": kind}


def _read_media(kind: str, content: Mapping[str, Any], media_url: MediaUrl) -> Content:
    return _some(
        kind=kind,
        mime_type=content.get("mime_type"),
        filename=content.get("filename"),
        is_voice=content.get("voice"),
        url=media_url(content),
        link=content.get("link"),
    )


def _read_contact(card: Mapping[str, Any]) -> Content:
    phones = [one["phone"] for one in _objects(card.get("phones")) if _text(one.get("phone"))]
    return {"name": _object(card.get("name")).get("formatted_name") or "?", "phones": phones}


def _read_tap(interactive: Mapping[str, Any]) -> Content:
    kind = _text(interactive.get("type")) or ""
    reply = _object(interactive.get(kind))
    title = reply.get("title") or reply.get("body") or kind
    return _some(
        kind="tap", text=title, footer=reply.get("description"), tap={"id": reply.get("id")}
    )


def _read_interactive(interactive: Mapping[str, Any], media_url: MediaUrl) -> Content:
    action = _object(interactive.get("action"))
    parameters = _object(action.get("parameters"))
    around = _some(
        header=_read_header(_object(interactive.get("header")), media_url),
        text=_object(interactive.get("body")).get("text"),
        footer=_object(interactive.get("footer")).get("text"),
    )
    match interactive.get("type"):
        case "button":
            replies = [_object(one.get("reply")) for one in _objects(action.get("buttons"))]
            buttons = [_pick(reply, "id", "title") for reply in replies]
            return {"kind": "buttons", "buttons": buttons, **around}
        case "list":
            sections = [_read_section(one) for one in _objects(action.get("sections"))]
            choices = {"button": action.get("button"), "sections": sections}
            return {"kind": "list", "list": choices, **around}
        case "cta_url":
            link = {"title": parameters.get("display_text"), "url": parameters.get("url")}
            return {"kind": "link", "link": link, **around}
        case "location_request_message":
            return {"kind": "location_request", **around}
        case "request_contact_info":
            return {"kind": "contact_request", **around}
        case kind:
            return {"kind": "other", "other": _text(kind) or "interactive", **around}


def _read_header(header: Mapping[str, Any], media_url: MediaUrl) -> Content | None:
    kind = _text(header.get("type"))
    if kind in _MEDIA:
        return {"media": _read_media(kind, _object(header.get(kind)), media_url)}
    return _some(text=header.get("text")) or None


def _read_section(section: Mapping[str, Any]) -> Content:
    rows = [_pick(row, "id", "title", "description") for row in _objects(section.get("rows"))]
    return {**_pick(section, "title"), "rows": rows}


def _read_template(template: Mapping[str, Any]) -> Content:
    parameters = [
        text
        for component in _objects(template.get("components"))
        for parameter in _objects(component.get("parameters"))
        if (text := _text(parameter.get("text") or parameter.get("payload")))
    ]
    code = _object(template.get("language")).get("code")
    named = {"name": template.get("name"), "language": code, "parameters": parameters}
    return {"kind": "template", "template": named}


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _pick(content: Mapping[str, Any], *names: str) -> Content:
    return _some(**{name: content.get(name) for name in names})


def _some(**fields: object) -> Content:
    return {name: value for name, value in fields.items() if value is not None}
