"""The phones: what people do becomes webhooks, and what the bot sends becomes bubbles.

Everything goes the way that it goes with Meta: over the stand-in's webhooks and Graph API.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from wa_webhook.meta.errors import GraphError
from wa_webhook.meta.inbound import build_body, new_message_id
from wa_webhook.pages import Message, from_business, from_user
from wa_webhook.phone.chat import Chat, now
from wa_webhook.phone.content import SaidError, build, media_url
from wa_webhook.phone.people import People
from wa_webhook.phone.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping
    from datetime import timedelta

    from wa_webhook.meta import Accepted, GraphStandIn
    from wa_webhook.meta.people import Person
    from wa_webhook.phone.inspection import Inspector
    from wa_webhook.phone.recollection import Recollection
    from wa_webhook.phone.said import Invitation, Said


@dataclass
class _Posted:
    """One message on its way to the webhook."""

    key: str
    person: Person
    message_id: str
    body: bytes


class Phone:
    """Everybody's phone. `tell` hears of each change: an event's name, and what JSON can hold.

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
        self._phone_number_id = phone_number_id
        self._tell = tell
        self._inspector = inspector
        self._pass_time = pass_time
        self._chats: dict[str, Chat] = {}
        self._happened: dict[str, dict[str, Any]] = {}
        self._posted: dict[str, _Posted] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        for key, _ in self.people:
            self._settle_in(key)
        graph.record.listeners.append(self._receive)
        graph.record.read_listeners.append(self._be_read)
        graph.record.refusal_listeners.append(self._be_refused)
        graph.statuses.listeners.append(self._note_status)

    async def snapshot(self) -> dict[str, Any]:
        """Return all that a page shows."""
        return {
            "people": [self._describe(key) for key, _ in self.people],
            "messages": {key: self.list_messages(key) for key in self._chats},
            "happened": self._happened,
            "trouble": self.trouble.as_json(),
            "can_pass_time": self._pass_time is not None,
        }

    def recall(self, recollections: Iterable[Recollection]) -> None:
        """Show what was said before."""
        for one in recollections:
            key = self.people.remember(one.person)
            self._settle_in(key)
            self._chats[key].messages |= {message.id: message for message in one.messages}
            self._chats[key].accepted |= {sent.wa_message_id: sent for sent in one.accepted}

    def list_messages(self, key: str) -> list[dict[str, Any]]:
        """Return somebody's conversation, oldest first. Raises KeyError."""
        return [one.as_json() for one in self._chats[key].messages.values()]

    def invite(self, asked: Invitation) -> str:
        """Return the key of a new person. Raises PersonError."""
        key = self.people.invite(asked.known_by, asked.name, asked.number, asked.user_id)
        self._settle_in(key)
        return key

    async def let_time_pass(self, passed: timedelta) -> None:
        """Make it later for all that the database knows. Raises SaidError where there is none."""
        if self._pass_time is None:
            raise SaidError("there is no database here whose time could pass")
        await asyncio.to_thread(self._pass_time, passed)

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
        self._meet(key)
        sender = replace(before, user_id=None)
        self._deliver(key, sender, content, with_contact=False)

    def block(self, key: str, *, is_blocked: bool) -> None:
        """Somebody blocks the business, or not any more. Raises KeyError."""
        (self.trouble.block if is_blocked else self.trouble.unblock)(self.people[key])
        self._tell("person", self._describe(key))

    def say(self, key: str, said: Said) -> str:
        """Post what somebody does, and return its id. Raises KeyError, SaidError."""
        person = self.people[key]
        content = build(said, key, self.people, self._chats[key], self.graph.media)
        if self.trouble.is_outside(person):
            # Whoever writes opens it again.
            self.set_window(key, is_closed=False)
        if said.edit is not None:
            self._change(key, said.edit.message, content=from_user(content["edit"]["message"]))
        if said.revoke is not None:
            self._change(key, said.revoke, content={"kind": "deleted"})
        # Who shares their number is known by it from this message on.
        return self._deliver(key, self.people[key], content)

    def repeat(self, key: str, message_id: str) -> None:
        """Post a user's message once more, as Meta does. Raises KeyError."""
        posted = self._posted[message_id]
        if posted.key != key:
            raise KeyError(message_id)
        self._run(self._post(posted))

    def look(self, key: str) -> None:
        """Somebody looks at their phone: what was delivered is read. Raises KeyError."""
        for accepted in self._chats[key].unread():
            if self.trouble.standing.tells_of_reading:
                self.graph.statuses.report(accepted, "read")

    def set_window(self, key: str, *, is_closed: bool) -> None:
        """Somebody is outside the 24-hour window, or not any more. Raises KeyError."""
        person = self.people[key]
        (self.trouble.close_window if is_closed else self.trouble.open_window)(person)
        self._tell("person", self._describe(key))

    async def explain(self, key: str, message_id: str) -> dict[str, Any] | None:
        """Return what is known now of what came of a user's message. Raises KeyError."""
        self._chats[key].messages[message_id]
        await self._inspect(self.people[key], message_id)
        return self._happened.get(message_id)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _deliver(
        self, key: str, sender: Person, content: dict[str, Any], *, with_contact: bool = True
    ) -> str:
        message_id = new_message_id()
        drawn = from_user(content, media_url)
        self._show(key, Message(message_id, "from_user", now(), "user", "pending", drawn))
        body = build_body(
            sender,
            content,
            phone_number_id=self._phone_number_id,
            message_id=message_id,
            with_contact=with_contact,
        )
        self._run(self._post(_Posted(key, self.people[key], message_id, body)))
        return message_id

    async def _post(self, posted: _Posted) -> None:
        self._posted[posted.message_id] = posted
        before = await self._place(posted.person)
        await asyncio.sleep(self.trouble.standing.seconds_late)
        answers = await asyncio.gather(
            *(
                self.graph.statuses.webhooks.post_until_taken(
                    posted.body, lambda why: self._change(posted.key, posted.message_id, error=why)
                )
                for _ in range(2 if self.trouble.standing.delivers_twice else 1)
            )
        )
        message = self._chats[posted.key].messages[posted.message_id]
        status = "delivered" if message.status == "pending" else message.status
        self._change(posted.key, posted.message_id, status=status, error=None)
        told = self._happened.setdefault(posted.message_id, {"deliveries": []})
        told["deliveries"] += [_counts(answer) for answer in answers]
        told.setdefault("before", before)
        await self._inspect(posted.person, posted.message_id)

    async def _place(self, person: Person) -> dict[str, Any] | None:
        return None if self._inspector is None else await self._inspector.place(person)

    async def _inspect(self, person: Person, message_id: str) -> None:
        if self._inspector is not None and (told := self._happened.get(message_id)) is not None:
            told.setdefault("after", await self._inspector.place(person))
            told |= await self._inspector.consequences(message_id)
            self._tell("happened", {"message": message_id, **told})

    def _receive(self, accepted: Accepted) -> None:
        if accepted.is_dropped:
            return
        key = self._key_of(accepted.recipient)
        chat = self._chats[key]
        chat.accepted[accepted.wa_message_id] = accepted
        content = from_business(accepted.request, media_url)
        self._show(
            key,
            Message(accepted.wa_message_id, "from_business", now(), "bot", "accepted", content),
        )

    def _be_read(self, message_id: str, is_typing: bool) -> None:
        for key, chat in self._chats.items():
            if message_id in chat.messages:
                for changed in chat.note_read(message_id):
                    self._show(key, changed, is_new=False)
                if is_typing:
                    chat.typing_begins()
                    self._tell("person", self._describe(key))

    def _be_refused(self, request: Mapping[str, Any], reason: str) -> None:
        address = str(request.get("to") or request.get("recipient") or "").removeprefix("+")
        key = self.people.find(address)
        if key is not None:
            content = from_business(request, media_url)
            refused = Message(
                f"refused.{new_message_id()}",
                "from_business",
                now(),
                "bot",
                "failed",
                content,
                f"Meta refused it: {reason}",
            )
            self._show(key, refused)

    def _note_status(self, message_id: str, status: str, code: int | None) -> None:
        error = None if code is None else f"{code} {GraphError(code).title}"
        for key, chat in self._chats.items():
            if (changed := chat.note_status(message_id, status, error)) is not None:
                self._show(key, changed, is_new=False)

    def _key_of(self, recipient: str) -> str:
        key = self.people.meet(recipient)
        if key not in self._chats:
            self._settle_in(key)
        return key

    def _settle_in(self, key: str) -> None:
        self._chats[key] = Chat()
        self._meet(key)

    def _meet(self, key: str) -> None:
        person = self.people[key]
        if person.phone is not None and person.user_id is not None:
            self.graph.statuses.user_ids[person.phone] = person.user_id
        self._tell("person", self._describe(key))

    def _describe(self, key: str) -> dict[str, Any]:
        person, chat = self.people[key], self._chats[key]
        return {
            "key": key,
            "name": person.name,
            "number": person.phone and f"+{person.phone}",
            "user_id": person.user_id,
            "is_typing": chat.is_typing,
            "is_outside": self.trouble.is_outside(person),
            "is_blocking": self.trouble.is_blocking(person),
        }

    def _change(self, key: str, message_id: str, **fields: Any) -> None:  # noqa: ANN401
        if (changed := self._chats[key].change(message_id, **fields)) is not None:
            self._show(key, changed, is_new=False)

    def _show(self, key: str, message: Message, *, is_new: bool = True) -> None:
        if is_new:
            self._chats[key].add(message)
        self._tell("message", {"key": key, "message": message.as_json()})

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _counts(answer: str) -> dict[str, Any]:
    """Return what of the webhook's answer is not nothing."""
    try:
        told = json.loads(answer)
    except ValueError:
        return {"answer": answer}
    if not isinstance(told, dict):
        return {"answer": answer}
    return {name: count for name, count in told.items() if count and name != "requests"}
