"""Playing scenes: posts what people say, waits for the replies, and compares."""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import TYPE_CHECKING, Any

import httpx

from handler import signature
from wa_webhook.demo.expectation import match_reply
from wa_webhook.demo.scenes import Photograph
from wa_webhook.meta_stand_in.inbound import build_body, build_content
from wa_webhook.meta_stand_in.rendering import find_choice, render_message
from wa_webhook.meta_stand_in.said import Sent, Tapped
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

    from wa_webhook.demo.scenes import Scene, Turn
    from wa_webhook.demo.transcript import Transcript
    from wa_webhook.media.store import MediaStore
    from wa_webhook.meta_stand_in import GraphStandIn
    from wa_webhook.meta_stand_in.people import Person
    from wa_webhook.naming.names import Names

_PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.01
_WRONG_SECRET = b"not-the-app-secret"

_UNDONE = """
    select
      (select count(*) from wa.tasks where due_at is not null)
      + (
        select count(*) from public.notifications
        where status in ('queued', 'sending') and waiting_for is null
      )
"""
_STORED = """
    select object.key, object.sha256, object.stored_at is not null
    from wa.media as media
    join wa.media_objects as object on object.id = media.object_id
    where media.media_id = %s
"""
_UNDELIVERED = """
    select count(*) from public.notifications
    where status not in ('delivered', 'read', 'cancelled') and kind = 'message'
"""


class Stage:
    """The people of the scenes, in front of a running handler.

    `database` reads tasks and outbox, to know when nothing more is to come, and what `media` holds.
    """

    def __init__(
        self,
        *,
        webhook_url: str,
        app_secret: str,
        phone_number_id: str,
        graph: GraphStandIn,
        database: psycopg.AsyncConnection[Any],
        media: MediaStore,
        names: Names,
        transcript: Transcript,
    ) -> None:
        self._webhook_url = webhook_url
        self._app_secret = app_secret.encode()
        self._phone_number_id = phone_number_id
        self._graph = graph
        self._database = database
        self._media = media
        self._rewriter = Rewriter(names)
        self._transcript = transcript
        self._known: dict[str, str] = {}
        self._seen = 0
        self._http = httpx.AsyncClient(timeout=_PATIENCE_SECONDS)

    async def play(self, scenes: Iterable[Scene]) -> bool:
        """Play all scenes up to the first error; tell whether everything went as scripted."""
        async with self._http:
            for scene in scenes:
                self._transcript.begin(scene)
                for turn in scene.turns:
                    if not await self._play_turn(turn):
                        return False
            return await self._everything_is_delivered()

    async def _play_turn(self, turn: Turn) -> bool:
        self._transcript.person_says(turn, self._known)
        choice = offer = None
        if isinstance(turn.says, Tapped):
            choice, offer = self._find_choice(turn.who, turn.says.title)
            if choice is None:
                self._transcript.went_wrong(f"nothing offered [{turn.says.title}]")
                return False
        said = turn.says
        if isinstance(said, Photograph):
            said = Sent("image", self._graph.media.receive(said.file.read_bytes(), "image/jpeg"))
        content = build_content(said, self._known, choice, offer)
        body = build_body(turn.who, content, phone_number_id=self._phone_number_id)
        if not (await self._post(turn, body) and await self._hear_replies(turn)):
            return False
        if isinstance(turn.says, Photograph):
            return await self._is_stored(turn.says, content["image"]["id"])
        return True

    async def _is_stored(self, sent: Photograph, media_id: str) -> bool:
        """Show where the bytes are, and tell whether they are those that were sent."""
        query = self._rewriter.rewrite(_STORED).encode()
        row = await (await self._database.execute(query, (media_id,))).fetchone()
        if row is None or not row[2]:
            self._transcript.went_wrong(f"{sent.file.name} is not in the store")
            return False
        key, digest, _ = row
        content = await self._media.get(key)
        if hashlib.sha256(content).hexdigest() != digest or content != sent.file.read_bytes():
            self._transcript.went_wrong(f"{key} holds other bytes than {sent.file.name}")
            return False
        self._transcript.is_stored(key, len(content), digest)
        return True

    def _find_choice(self, who: Person, title: str) -> tuple[dict[str, Any] | None, str | None]:
        for accepted in reversed(self._graph.record.sent_to(who.address)):
            choice = find_choice(accepted.request, title)
            if choice is not None:
                return choice, accepted.wa_message_id
        return None, None

    async def _post(self, turn: Turn, body: bytes) -> bool:
        secret = _WRONG_SECRET if turn.is_forged else self._app_secret
        headers = {
            "Content-Type": "application/json",
            signature.HEADER: signature.sign(body, secret),
        }
        posts = (
            self._http.post(self._webhook_url, content=body, headers=headers)
            for _ in range(turn.copies)
        )
        answers = await asyncio.gather(*posts)
        for answer in answers:
            if answer.status_code != turn.status:
                self._transcript.went_wrong(
                    f"the webhook was answered {answer.status_code}, not {turn.status}:"
                    f" {answer.text.strip()}"
                )
                return False
        return True

    async def _hear_replies(self, turn: Turn) -> bool:
        if not await self._becomes_zero(_UNDONE):
            self._transcript.went_wrong("tasks or replies are still queued after a minute")
        fresh = self._graph.record.accepted[self._seen :]
        self._seen += len(fresh)
        wanted = {turn.who: turn.replies, **turn.others}
        is_right = True
        for person, expected in wanted.items():
            replies = [
                render_message(one.request) for one in fresh if one.recipient == person.address
            ]
            is_right = self._compare(person, expected, replies) and is_right
        addresses = {person.address for person in wanted}
        if strays := [one for one in fresh if one.recipient not in addresses]:
            self._transcript.went_wrong(f"{len(strays)} messages to people not in this turn")
            return False
        if is_right and not fresh:
            self._transcript.nothing_came(turn)
        return is_right

    def _compare(self, to: Person, expected: tuple[str, ...], replies: list[str]) -> bool:
        is_right = len(expected) == len(replies) and all(
            match_reply(wanted, reply, self._known)
            for wanted, reply in zip(expected, replies, strict=True)
        )
        if not is_right:
            self._transcript.differs(to, expected, replies)
            return False
        for reply in replies:
            self._transcript.bot_says(to, reply)
        return True

    async def _everything_is_delivered(self) -> bool:
        await self._graph.statuses.wait_until_all_are_posted()
        if await self._becomes_zero(_UNDELIVERED):
            return True
        self._transcript.went_wrong("a reply is not marked as delivered")
        return False

    async def _becomes_zero(self, query: str) -> bool:
        counting = self._rewriter.rewrite(query).encode()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            row = await (await self._database.execute(counting)).fetchone()
            if row is not None and row[0] == 0:
                return True
            await asyncio.sleep(_LOOK_SECONDS)
        return False
