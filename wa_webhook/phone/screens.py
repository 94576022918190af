"""What the phones show, and who hears of each change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wa_webhook.phone.chat import Chat

if TYPE_CHECKING:
    from collections.abc import Callable

    from wa_webhook.meta_stand_in import GraphStandIn
    from wa_webhook.pages import Message
    from wa_webhook.phone.people import People
    from wa_webhook.phone.trouble import Trouble


class Screens:
    """Everybody's conversation, by their keys, and who listens to what changes in them."""

    def __init__(
        self,
        graph: GraphStandIn,
        people: People,
        trouble: Trouble,
        tell: Callable[[str, object], None],
    ) -> None:
        self.chats: dict[str, Chat] = {}
        self.people = people
        self.listeners = [tell]
        self._graph = graph
        self._trouble = trouble
        for key, _ in people:
            self.settle_in(key)

    def settle_in(self, key: str) -> None:
        """Begin the conversation of somebody new."""
        self.chats[key] = Chat()
        self.meet(key)

    def meet(self, key: str) -> None:
        """Show who somebody is; Meta learns what it knows them by."""
        person = self.people[key]
        if person.phone is not None and person.user_id is not None:
            self._graph.statuses.user_ids[person.phone] = person.user_id
        self.tell("person", self.describe(key))

    def key_of(self, recipient: str) -> str:
        """Return whose phone has a number or id, of somebody new where nobody has."""
        key = self.people.meet(recipient)
        if key not in self.chats:
            self.settle_in(key)
        return key

    def describe(self, key: str) -> dict[str, Any]:
        """Return what a page shows of somebody."""
        person, chat = self.people[key], self.chats[key]
        return {
            "key": key,
            "name": person.name,
            "number": person.phone and f"+{person.phone}",
            "user_id": person.user_id,
            "is_typing": chat.is_typing,
            "is_outside": self._trouble.is_outside(person),
            "is_blocking": self._trouble.is_blocking(person),
        }

    def tell(self, event: str, told: object) -> None:
        """Let all who listen hear of an event."""
        for listener in self.listeners:
            listener(event, told)

    def change(self, key: str, message_id: str, **fields: Any) -> None:  # noqa: ANN401
        """Show a message with other fields, where it is there."""
        if (changed := self.chats[key].change(message_id, **fields)) is not None:
            self.show(key, changed, is_new=False)

    def show(self, key: str, message: Message, *, is_new: bool = True) -> None:
        """Show a message, or what became of one."""
        if is_new:
            self.chats[key].add(message)
        self.tell("message", {"key": key, "message": message.as_json()})
