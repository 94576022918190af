"""Conversations with the bot: webhooks in through `wa_dispatch`, replies out through the outbox."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from wa_webhook.dev.passing_time import let_time_pass
from wa_webhook.dev.postgres import MIGRATING_ROLE, SUPERUSER
from wa_webhook.meta_stand_in.inbound import build_body
from wa_webhook.meta_stand_in.people import Person as Identity
from wa_webhook.meta_stand_in.rendering import find_choice, render_message
from wa_webhook.migrate.places import name_files
from wa_webhook.naming.names import Names
from wa_webhook.testing.outbox import Delivered, send_due
from wa_webhook.worker.media_kinds import FETCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Self

    from psycopg import Connection
    from psycopg.rows import DictRow

__tracebackhide__ = True  # pytest shows the line of the test that failed

_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")

PHONE_NUMBER_ID = "106540352242922"
"""The business number that people write to."""


class Speaker(ABC):
    """What somebody can do. Each method sends one message and returns what is heard in answer.

    Raises AssertionError, with the error and its hint, when the bot failed at the message or when
    Meta would refuse a reply.
    """

    @property
    @abstractmethod
    def person(self) -> Person:
        """Who speaks."""

    def says(self, text: str) -> Heard:
        """Type a text."""
        return self.sends("text", {"body": text})

    def taps(self, title: str) -> Heard:
        """Tap the button or row of that title, in the latest message that offered it."""
        for delivered in reversed(self.person.delivered):
            choice = find_choice(delivered.request, title)
            if choice is not None:
                return self.sends("interactive", choice, answers=delivered.wa_message_id)
        raise AssertionError(f"nothing offered [{title}] to {self.person.name}")

    def taps_id(self, reply_id: str) -> Heard:
        """Tap a row with this id, which the bot may never have offered."""
        row = {"id": reply_id, "title": "?"}
        return self.sends("interactive", {"type": "list_reply", "list_reply": row})

    def shares_place(self, latitude: float, longitude: float) -> Heard:
        """Share a place, in degrees."""
        return self.sends("location", {"latitude": latitude, "longitude": longitude})

    def sends_picture(self, caption: str | None = None) -> Heard:
        """Send a picture, with or without a text under it."""
        return self._sends_media("image", "image/jpeg", caption=caption)

    def sends_document(self, filename: str = "document.pdf", caption: str | None = None) -> Heard:
        """Send a PDF of that name."""
        return self._sends_media("document", "application/pdf", filename=filename, caption=caption)

    def sends_voice_note(self) -> Heard:
        """Record a voice note."""
        return self._sends_media("audio", "audio/ogg; codecs=opus", voice=True)

    def shares_contact(self, name: str, phone: str) -> Heard:
        """Share the card of somebody whose number is `phone` (digits)."""
        card = {
            "name": {"formatted_name": name, "first_name": name},
            "phones": [{"phone": f"+{phone}", "wa_id": phone, "type": "CELL"}],
        }
        return self.sends("contacts", [card])

    def _sends_media(self, message_type: str, mime_type: str, **fields: object) -> Heard:
        content = {
            "id": str(len(self.person.delivered) + 1_000_000),
            "mime_type": mime_type,
            "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        }
        given = {name: value for name, value in fields.items() if value is not None}
        return self.sends(message_type, content | given)

    def sends(self, message_type: str, content: object, *, answers: str | None = None) -> Heard:
        """Send a message of any type, with Meta's content for it."""
        said: dict[str, Any] = {"type": message_type, message_type: content}
        if answers is not None:
            said["context"] = {"id": answers}
        return self.person.chat.receive(self.person, said)


@dataclass(eq=False)
class Person(Speaker):
    """A user in front of the bot.

    `phone` (digits) and `user_id` (business-scoped) are what Meta shows of them: one may be None.
    `delivered` is everything that has reached them.
    """

    chat: Chat
    name: str
    phone: str | None = None
    user_id: str | None = None
    delivered: list[Delivered] = field(default_factory=list)
    _heard: int = 0

    @property
    def person(self) -> Person:
        """Whoever this is."""
        return self

    @property
    def address(self) -> str:
        """What `wa_notify` and the operators' routines take: number with a plus sign, or the id."""
        return f"+{self.phone}" if self.phone is not None else self.user_id or ""

    def hears(self) -> Heard:
        """Send what is due, and return what has come since the last time, as one reads it."""
        self.chat.deliver()
        fresh = self.delivered[self._heard :]
        self._heard = len(self.delivered)
        heard = Heard(self, [render_message(one.request) for one in fresh])
        self.chat.require_filled(heard)
        return heard


class Heard(list[str], Speaker):
    """Replies as one reads them; whoever heard them can go on speaking."""

    def __init__(self, person: Person, replies: list[str]) -> None:
        super().__init__(replies)
        self._person = person

    @property
    def person(self) -> Person:
        """Who heard it."""
        return self._person


@dataclass(frozen=True)
class Colleague:
    """Somebody at the desk. Each method raises psycopg.Error where the database refuses it."""

    chat: Chat
    name: str

    def takes(self, person: Person) -> None:
        """Take somebody's conversation: the bot is silent in it."""
        self.chat.rows("select public.wa_handover(%s, %s)", person.address, self.name)

    def answers(self, person: Person, text: str) -> Heard:
        """Answer in a conversation that they have, or that waits for somebody.

        Returns what has reached the user since.
        """
        person.hears()
        payload = Jsonb({"type": "text", "text": {"body": text}})
        self.chat.rows("select public.wa_reply(%s, %s, %s)", person.address, payload, self.name)
        return person.hears()

    def gives_back(self, person: Person) -> None:
        """Give a conversation back to the bot."""
        self.chat.rows("select public.wa_hand_back(%s, %s)", person.address, self.name)


class Chat:
    """The bot on a database of the test's own.

    `edge` calls it as the webhook handler's role, `notifier` sends as the notifier's and `worker`
    opens a connection as the worker's; `owner` looks at what was written, and `superuser` lets
    time pass.
    """

    def __init__(
        self,
        *,
        edge: Connection[DictRow],
        notifier: Connection[DictRow],
        owner: Connection[DictRow],
        superuser: Connection[DictRow],
        worker: Callable[[], Connection[DictRow]],
    ) -> None:
        self.owner = owner
        # In a test people read and write faster than anybody else.
        owner.execute("update wa.settings set value = '1000' where key = 'pair_burst'")
        self._edge = edge
        self._notifier = notifier
        self._superuser = superuser
        self._open_worker = cache(worker)
        self._people: list[Person] = []
        self._said: list[str] = []

    @classmethod
    @contextmanager
    def open(cls, url: Callable[[str], str]) -> Iterator[Self]:
        """Talk to a database; `url(role)` is the connection URL for a role."""
        with ExitStack() as opened:

            def connect(role: str) -> Connection[DictRow]:
                connection = psycopg.connect(url(role), autocommit=True, row_factory=dict_row)
                return opened.enter_context(connection)

            yield cls.over(connect)

    @classmethod
    def over(cls, connect: Callable[[str], Connection[DictRow]]) -> Self:
        """Talk through sessions in autocommit mode; `connect(role)` returns one of a role."""
        return cls(
            edge=connect("wa_edge_role"),
            notifier=connect("wa_notifier_role"),
            owner=connect(MIGRATING_ROLE),
            superuser=connect(SUPERUSER),
            # Few tests have work for one.
            worker=lambda: connect("wa_worker_role"),
        )

    def person(self, name: str, *, phone: str | None = None, user_id: str | None = None) -> Person:
        """Introduce somebody, once for each address; with none, once for each name.

        Whoever is introduced by name has a phone number.
        """
        by_name = phone is None and user_id is None
        for known in self._people:
            if known.name == name if by_name else (known.phone, known.user_id) == (phone, user_id):
                return known
        if by_name:
            phone = f"346001112{len(self._people):02}"
        person = Person(self, name, phone, user_id)
        self._people.append(person)
        return person

    def colleague(self, name: str) -> Colleague:
        """Seat somebody at the desk."""
        return Colleague(self, name)

    def passes(self, **duration: float) -> None:
        """Let time pass (`hours=2`, as for a timedelta), and send what has become due."""
        let_time_pass(self._superuser, timedelta(**duration))
        self.deliver()

    def does(self, kind: str, result: object = None) -> Any:  # noqa: ANN401
        """Do the oldest task of a kind, as a worker that returns `result`; give its input.

        Without a result what was sent is fetched (`media.fetch`) as a worker that stores it does.
        Raises AssertionError where no step has asked for one, or where the step that gets the
        result fails.
        """
        task = self._claim(kind)
        if result is None and kind == FETCH:
            given = {name: task["input"][name] for name in ("media", "sha256", "key")}
            result = given | {"size_bytes": 1000, "mime_type": task["input"].get("mime_type")}
        return self._settle(task, {"outcome": "done", "result": result})

    def fails(self, kind: str, error_class: str = "permanent", message: str = "") -> Any:  # noqa: ANN401
        """Fail at the oldest task of a kind with an error of that class; give its input.

        Raises AssertionError as `does`. A class that is tried again reaches no step yet.
        """
        failed = {"outcome": "failed", "error_class": error_class, "error_message": message}
        return self._settle(self._claim(kind), failed)

    def _claim(self, kind: str) -> DictRow:
        claimed = self._open_worker().execute(
            "select id, lock_token, input from public.wa_tasks_claim('test', %s, 1)", ([kind],)
        )
        if (task := claimed.fetchone()) is None:
            asked = self.rows("select distinct kind from wa.tasks where due_at is not null")
            others = ", ".join(sorted(row["kind"] for row in asked)) or "nothing"
            raise AssertionError(f"no step has asked for {kind}; {others} is asked for")
        return task

    def _settle(self, task: DictRow, outcome: dict[str, Any]) -> Any:  # noqa: ANN401
        result = {"id": task["id"], "lock_token": str(task["lock_token"]), **outcome}
        self._open_worker().execute("select public.wa_tasks_settle(%s)", (Jsonb([result]),))
        message_id = f"task:{task['id']}"
        kept = "select from public.wa_events where wa_message_id = %s and status = 'failed'"
        if self.rows(kept, message_id):
            raise AssertionError(self._why_not_processed(message_id))
        return task["input"]

    def rows(self, query: str, *parameters: object) -> list[DictRow]:
        """Return the rows of a query, as the owner of the tables sees them."""
        return self.owner.execute(query.encode(), parameters).fetchall()

    def receive(self, person: Person, said: dict[str, Any]) -> Heard:
        """Take a message of somebody's as from Meta, and return what reaches them in answer."""
        person.hears()
        self._said.append(json.dumps(said))
        identity = Identity(person.name, person.phone, person.user_id)
        body = json.loads(build_body(identity, said, phone_number_id=PHONE_NUMBER_ID))
        message_id = body["entry"][0]["changes"][0]["value"]["messages"][0]["id"]
        dispatched = self._edge.execute("select public.wa_dispatch(%s) as answer", [Jsonb(body)])
        if [row["answer"]["processed"] for row in dispatched] != [1]:
            raise AssertionError(self._why_not_processed(message_id))
        return person.hears()

    def deliver(self) -> None:
        """Send what is due to whom it is for."""
        for delivered in send_due(self._notifier):
            for person in self._people:
                if delivered.recipient in (person.phone, person.user_id):
                    person.delivered.append(delivered)

    def require_filled(self, replies: Iterable[str]) -> None:
        """Raise AssertionError where somebody reads a placeholder for which no value was given."""
        left_over = set(_PLACEHOLDER.findall("\n".join(replies)))
        # Somebody may write in braces.
        for left in left_over.difference(*map(_PLACEHOLDER.findall, self._said)):
            have = "select distinct key from wa.texts where strpos(body, %s) > 0 order by key"
            if keys := ", ".join(row["key"] for row in self.rows(have, left)):
                raise AssertionError(f"a reply says {left}, for which no value was given: {keys}")

    def _why_not_processed(self, message_id: str) -> str:
        kept = self.rows(
            "select status, error from public.wa_events where wa_message_id = %s", message_id
        )
        told = "; ".join(f"{row['status']}: {row['error']}" for row in kept)
        return name_files(told, self.owner, Names()) or "it is not kept"
