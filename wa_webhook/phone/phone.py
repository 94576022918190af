"""The phones: what people do becomes webhooks, and what is sent to them becomes bubbles.

Everything goes the way that it goes with Meta: over the stand-in's webhooks and Graph API.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wa_webhook.meta_stand_in.inbound import build_body, new_message_id, read_messages
from wa_webhook.pages import Message, from_user
from wa_webhook.phone.arrivals import Arrivals
from wa_webhook.phone.chat import now
from wa_webhook.phone.content import SaidError, build, media_url
from wa_webhook.phone.delivery import Deliveries, Delivery
from wa_webhook.phone.people import People
from wa_webhook.phone.recording import record_test
from wa_webhook.phone.screens import Screens
from wa_webhook.phone.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import timedelta

    from wa_webhook.meta_stand_in import GraphStandIn
    from wa_webhook.meta_stand_in.people import Person
    from wa_webhook.phone.chat import Chat
    from wa_webhook.phone.inspection import Inspector
    from wa_webhook.phone.recollection import Recollection
    from wa_webhook.phone.recording import Recorded
    from wa_webhook.phone.said import Invitation, Said


class Phone:
    """Everybody's phone. `tell` hears of each change: an event's name, and what JSON can hold.

    So do others that are put among `screens.listeners`.

    `pass_time` makes everything in the database older; without it, and without an `inspector`, no
    more than Meta's side is there.
    """

    def __init__(
        self,
        graph: GraphStandIn,
        phone_number_id: str,
        tell: Callable[[str, object], None],
        *,
        inspector: Inspector | None = None,
        pass_time: Callable[[timedelta], None] | None = None,
        people: People | None = None,
    ) -> None:
        self.graph = graph
        self.people = people or People()
        self.trouble = Trouble(graph)
        self.screens = Screens(graph, self.people, self.trouble, tell)
        self._phone_number_id = phone_number_id
        self._inspector = inspector
        self._pass_time = pass_time
        self._passed: list[tuple[str, float]] = []
        self.deliveries = Deliveries(
            graph.statuses.webhooks,
            self.trouble.standing,
            inspector,
            lambda told: self.screens.tell("happened", told),
        )
        graph.record.said_listeners.append(self._note_said)
        Arrivals(graph, self.screens).listen()

    async def snapshot(self) -> dict[str, Any]:
        """Return all that a page shows."""
        return {
            "people": [self.screens.describe(key) for key, _ in self.people],
            "messages": {key: self.list_messages(key) for key in self.screens.chats},
            "happened": self.deliveries.as_json(),
            "trouble": self.trouble.as_json(),
            "can_pass_time": self._pass_time is not None,
            "can_inspect": self._inspector is not None,
        }

    def recall(self, recollections: Iterable[Recollection]) -> None:
        """Show what was said before."""
        for one in recollections:
            key = self.people.remember(one.person)
            self.screens.settle_in(key)
            self.screens.chats[key].messages |= {message.id: message for message in one.messages}
            self.screens.chats[key].accepted |= {sent.wa_message_id: sent for sent in one.accepted}

    def chat(self, key: str) -> Chat:
        """Return somebody's conversation. Raises KeyError."""
        return self.screens.chats[key]

    def list_messages(self, key: str) -> list[dict[str, Any]]:
        """Return somebody's conversation, oldest first. Raises KeyError."""
        return [one.as_json() for one in self.screens.chats[key].messages.values()]

    def record_test(self, key: str) -> Recorded:
        """Return somebody's conversation as a test. Raises KeyError, SaidError."""
        happened = self.deliveries.as_json()
        return record_test(self.people[key], self.screens.chats[key], happened, self._passed)

    def invite(self, asked: Invitation) -> str:
        """Return the key of a new person. Raises PersonError."""
        key = self.people.invite(asked.known_by, asked.name, asked.number, asked.user_id)
        self.screens.settle_in(key)
        return key

    async def let_time_pass(self, passed: timedelta) -> None:
        """Make it later for all that the database knows. Raises SaidError where there is none."""
        if self._pass_time is None:
            raise SaidError("there is no database here whose time could pass")
        await asyncio.to_thread(self._pass_time, passed)
        self._passed.append((now(), passed.total_seconds()))

    def change_number(self, key: str) -> None:
        """Somebody gets another number, which Meta tells. Raises KeyError, SaidError."""
        before = self.people[key]
        if before.phone is None:
            raise SaidError(f"Meta shows no number of {before.name}'s that could change")
        is_outside = self.trouble.is_outside(before)
        self.trouble.open_window(before)
        after = self.people.change_number(key)
        changed: dict[str, Any] = {"type": "user_changed_number", "wa_id": after.phone}
        if before.user_id is not None:
            changed |= {"user_id": after.user_id, "previous_user_id": before.user_id}
        changed["body"] = f"{before.name} changed from {before.phone} to {after.phone}"
        content = {"type": "system", "system": changed}
        if is_outside:
            self.trouble.close_window(after)
        self.screens.meet(key)
        sender = replace(before, user_id=None)
        self._deliver(key, sender, content, with_contact=False)

    async def find_flow(self, key: str) -> dict[str, Any] | None:
        """Return the flow that somebody is in, as Inspector.flow does. Raises KeyError."""
        person = self.people[key]
        return None if self._inspector is None else await self._inspector.flow(person)

    def block(self, key: str, *, is_blocked: bool) -> None:
        """Somebody blocks the business, or not any more. Raises KeyError."""
        (self.trouble.block if is_blocked else self.trouble.unblock)(self.people[key])
        self.screens.tell("person", self.screens.describe(key))

    def say(self, key: str, said: Said) -> str:
        """Post what somebody does, and return its id. Raises KeyError, SaidError."""
        person = self.people[key]
        content = build(said, key, self.people, self.screens.chats[key], self.graph.media)
        if self.trouble.is_outside(person):
            # Whoever writes opens it again.
            self.set_window(key, is_closed=False)
        if said.edit is not None:
            self.screens.change(
                key, said.edit.message, content=from_user(content["edit"]["message"])
            )
        if said.revoke is not None:
            self.screens.change(key, said.revoke, content={"kind": "deleted"})
        # Who shares their number is known by it from this message on.
        return self._deliver(key, self.people[key], content)

    def look(self, key: str) -> None:
        """Somebody looks at their phone: what was delivered is read. Raises KeyError."""
        for accepted in self.screens.chats[key].unread():
            if self.trouble.standing.tells_of_reading:
                self.graph.statuses.report(accepted, "read")

    def set_window(self, key: str, *, is_closed: bool) -> None:
        """Somebody is outside the 24-hour window, or not any more. Raises KeyError."""
        person = self.people[key]
        (self.trouble.close_window if is_closed else self.trouble.open_window)(person)
        self.screens.tell("person", self.screens.describe(key))

    def _deliver(
        self, key: str, sender: Person, content: dict[str, Any], *, with_contact: bool = True
    ) -> str:
        message_id = new_message_id()
        body = build_body(
            sender,
            content,
            phone_number_id=self._phone_number_id,
            message_id=message_id,
            with_contact=with_contact,
        )
        self.deliveries.begin(self._prepare(key, message_id, content, body))
        return message_id

    def _prepare(
        self, key: str, message_id: str, content: Mapping[str, Any], body: bytes
    ) -> Delivery:
        """Show a message of somebody's that is about to be posted."""
        drawn = from_user(content, media_url)
        self.screens.show(key, Message(message_id, "from_user", now(), "user", "pending", drawn))
        return Delivery(
            key,
            self.people[key],
            message_id,
            body,
            on_refusal=lambda why: self.screens.change(key, message_id, error=why),
            on_taken=lambda: self._be_taken(key, message_id),
        )

    def _note_said(self, body: bytes, answer: str | None) -> None:
        for message in read_messages(body):
            if answer is not None:
                self.deliveries.note_answer(message["id"], answer)
                continue
            key = self.screens.key_of(message.get("from") or message["from_user_id"])
            self.deliveries.note(self._prepare(key, message["id"], message, body))

    def _be_taken(self, key: str, message_id: str) -> None:
        status = self.screens.chats[key].messages[message_id].status
        # The business may have read it before it answered.
        status = "delivered" if status == "pending" else status
        self.screens.change(key, message_id, status=status, error=None)
