"""What the bot sends becomes bubbles, as the stand-in for Meta tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wa_webhook.meta_stand_in.errors import GraphError
from wa_webhook.meta_stand_in.inbound import new_message_id
from wa_webhook.pages import Message, from_business
from wa_webhook.phone.chat import now
from wa_webhook.phone.content import media_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wa_webhook.meta_stand_in import Accepted, GraphStandIn
    from wa_webhook.phone.screens import Screens


class Arrivals:
    """Messages of the bot, what it has read, what Meta refuses, and what becomes of the rest."""

    def __init__(self, graph: GraphStandIn, screens: Screens) -> None:
        self._graph = graph
        self._screens = screens

    def listen(self) -> None:
        """Hear from now on of what the stand-in takes."""
        record = self._graph.record
        record.listeners.append(self._receive)
        record.read_listeners.append(self._be_read)
        record.refusal_listeners.append(self._be_refused)
        self._graph.statuses.listeners.append(self._note_status)

    def _receive(self, accepted: Accepted) -> None:
        if accepted.is_dropped:
            return
        key = self._screens.key_of(accepted.recipient)
        chat = self._screens.chats[key]
        chat.accepted[accepted.wa_message_id] = accepted
        content = from_business(accepted.request, media_url)
        if chat.messages.pop(refused := _refused_id(accepted.request), None) is not None:
            self._screens.tell("removed", {"key": key, "id": refused})
        self._screens.show(
            key,
            Message(accepted.wa_message_id, "from_business", now(), "bot", "accepted", content),
        )

    def _be_read(self, message_id: str, is_typing: bool) -> None:
        for key, chat in self._screens.chats.items():
            if message_id in chat.messages:
                for changed in chat.note_read(message_id):
                    self._screens.show(key, changed, is_new=False)
                if is_typing:
                    chat.typing_begins()
                    self._screens.tell("person", self._screens.describe(key))

    def _be_refused(self, request: Mapping[str, Any], reason: str) -> None:
        address = str(request.get("to") or request.get("recipient") or "").removeprefix("+")
        key = self._screens.people.find(address)
        if key is not None:
            content = from_business(request, media_url)
            refused = Message(
                _refused_id(request),
                "from_business",
                now(),
                "bot",
                "failed",
                content,
                f"Meta refused it: {reason}",
            )
            self._screens.show(key, refused)

    def _note_status(self, message_id: str, status: str, code: int | None) -> None:
        error = None if code is None else f"{code} {GraphError(code).title}"
        for key, chat in self._screens.chats.items():
            if (changed := chat.note_status(message_id, status, error)) is not None:
                self._screens.show(key, changed, is_new=False)


def _refused_id(request: Mapping[str, Any]) -> str:
    """Return one id for a message however often it is tried, where its sender names it."""
    return f"refused.{request.get('biz_opaque_callback_data') or new_message_id()}"
