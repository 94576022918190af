"""Writing to the bot of a running `wa-webhook dev`, as a person does, and reading its answers."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from handler import signature
from wa_webhook.dev.identity import ACCESS_TOKEN, APP_SECRET, PHONE_NUMBER_ID
from wa_webhook.meta_stand_in.inbound import build_body, build_content
from wa_webhook.meta_stand_in.people import ANA, BRUNO, CHIARA, Person
from wa_webhook.meta_stand_in.rendering import find_choice, render_message
from wa_webhook.meta_stand_in.said import Sent, Tapped, Typed
from wa_webhook.meta_stand_in.webhooks import GRAPH_VERSION

if TYPE_CHECKING:
    from pathlib import Path

_QUIET_SECONDS = 1.0
"""As long as nothing comes, nothing more is expected."""
_LOOK_SECONDS = 0.1


class TalkError(Exception):
    """Nobody answers, or the bot failed; the message says what to do."""


def known_as(address: str) -> Person:
    """Return whom Meta knows by a number in digits, or by a BSUID: of the phones, or a stranger."""
    for person in (ANA, BRUNO, CHIARA):
        if address in (person.phone, person.user_id):
            return person
    if address.isdigit():
        return Person(address, phone=address)
    return Person(address, user_id=address)


def find_people(graph_url: str) -> list[Person]:
    """Return who has heard from the bot since it was started. Raises TalkError."""
    recipients = (one["recipient"] for one in _read_accepted(graph_url))
    return list(dict.fromkeys(map(known_as, recipients)))


@dataclass(frozen=True)
class Talk:
    """What `who` writes to the webhook at `url`, and what the stand-in at `graph_url` has taken."""

    who: Person
    url: str
    graph_url: str

    def say(self, text: str) -> list[str]:
        """Type a text, and return the answers as one reads them. Raises TalkError."""
        return self._send(build_content(Typed(text), {}, None))

    def tap(self, title: str) -> list[str]:
        """Tap what the latest message that offered it has. Raises TalkError."""
        for accepted in reversed(self._received()):
            choice = find_choice(accepted["request"], title)
            if choice is not None:
                answered = accepted["wa_message_id"]
                return self._send(build_content(Tapped(title), {}, choice, answered))
        raise TalkError(f"nothing offered [{title}] to {self.who.address} since dev was started")

    def send(self, file: Path, caption: str = "") -> list[str]:
        """Send a file as what its name says it is, and return the answers. Raises TalkError."""
        mime_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        kind = mime_type.partition("/")[0]
        kind = kind if kind in ("image", "audio", "video") else "document"
        try:
            content = file.read_bytes()
        except OSError as error:
            raise TalkError(f"{file}: {error.strerror}") from None
        uploaded = _ask(
            "POST",
            f"{self.graph_url}/{GRAPH_VERSION}/{PHONE_NUMBER_ID}/media",
            headers={"Authorization": f"Bearer {ACCESS_TOKEN}"},
            data={"messaging_product": "whatsapp"},
            files={"file": (file.name, content, mime_type)},
        ).json()
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        told = {"id": uploaded["id"], "mime_type": mime_type, "sha256": digest}
        if kind == "document":
            told["filename"] = file.name
        if caption and kind != "audio":
            told["caption"] = caption
        return self._send(build_content(Sent(kind, told), {}, None))

    def _send(self, content: dict[str, Any]) -> list[str]:
        before = len(self._received())
        body = build_body(self.who, content, phone_number_id=PHONE_NUMBER_ID)
        headers = {signature.HEADER: signature.sign(body, APP_SECRET.encode())}
        # So that the phone shows it.
        said = f"{self.graph_url}/_said"
        _ask("POST", said, content=body)
        answered = _ask("POST", self.url, content=body, headers=headers)
        _ask("POST", said, content=body, params={"answer": answered.text})
        if not answered.json().get("processed"):
            raise TalkError("the bot did not process it: the phone and wa-webhook dev say why")
        return [render_message(one["request"]) for one in self._wait()[before:]]

    def _wait(self) -> list[dict[str, Any]]:
        received = self._received()
        quiet_since = time.monotonic()
        while time.monotonic() < quiet_since + _QUIET_SECONDS:
            time.sleep(_LOOK_SECONDS)
            now = self._received()
            if len(now) > len(received):
                received, quiet_since = now, time.monotonic()
        return received

    def _received(self) -> list[dict[str, Any]]:
        addresses = (self.who.phone, self.who.user_id)
        return [one for one in _read_accepted(self.graph_url) if one["recipient"] in addresses]


def _read_accepted(graph_url: str) -> list[dict[str, Any]]:
    accepted: list[dict[str, Any]] = _ask("GET", f"{graph_url}/_accepted").json()["accepted"]
    return accepted


def _ask(method: str, url: str, **request: Any) -> httpx.Response:  # noqa: ANN401
    try:
        answer = httpx.request(method, url, timeout=60, **request)
        answer.raise_for_status()
    except httpx.HTTPStatusError:
        raise TalkError(f"{url}: {answer.status_code} {answer.text.strip()}") from None
    except httpx.HTTPError as error:
        raise TalkError(f"{url}: {error}; is wa-webhook dev running?") from None
    return answer
