"""What the stand-in keeps of media: those that were uploaded, and those that people sent."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from wa_webhook.meta_stand_in.record import Media

if TYPE_CHECKING:
    from wa_webhook.meta_stand_in.record import Record

_LINK_SECONDS = 300.0


class MediaShelf:
    """Media by id in `record`, and links to them that end after five minutes."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._links: dict[str, tuple[Media, float]] = {}

    def keep(self, mime_type: str, content: bytes) -> Media:
        """Keep a file under a new id."""
        media = Media(str(uuid4().int)[:16], mime_type, content)
        self._record.media[media.media_id] = media
        return media

    def receive(self, content: bytes, mime_type: str, **fields: object) -> dict[str, Any]:
        """Keep what a person sends, and return what a webhook tells of it.

        `fields` are others of the message, such as caption, filename and voice.
        """
        media = self.keep(mime_type, content)
        digest = hashlib.sha256(content).digest()
        return {
            **fields,
            "id": media.media_id,
            "mime_type": mime_type,
            "sha256": base64.b64encode(digest).decode(),
        }

    def find(self, media_id: str) -> Media | None:
        """Return what has this id."""
        return self._record.media.get(media_id)

    def describe(self, media: Media) -> tuple[str, dict[str, Any]]:
        """Return a new link's name, and what Meta answers beside its URL."""
        link = uuid4().hex
        self._links[link] = (media, time.monotonic() + _LINK_SECONDS)
        return link, {
            "id": media.media_id,
            "mime_type": media.mime_type,
            "sha256": hashlib.sha256(media.content).hexdigest(),
            "file_size": len(media.content),
            "messaging_product": "whatsapp",
        }

    def follow(self, link: str) -> Media | None:
        """Return what a link leads to while it lives."""
        media, until = self._links.get(link, (None, 0.0))
        return media if until > time.monotonic() else None
