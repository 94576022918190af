"""Files of conversations in the media store: those of messages, and pictures to answer with."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException

from handler.process.logs import logger
from wa_webhook.media.content import find_mime_type
from wa_webhook.media.store import StoreError
from wa_webhook.pages import file_response

if TYPE_CHECKING:
    from starlette.responses import Response

    from wa_webhook.console.database import Database
    from wa_webhook.console.people import Person
    from wa_webhook.media.store import MediaStore

MOST_BYTES_OF_A_PICTURE = 5 * 1024 * 1024
_PICTURES = ("image/jpeg", "image/png")
"""As Meta takes them."""


class Files:
    """What a store has, as far as somebody's role reaches; without a store nothing."""

    def __init__(self, database: Database, store: MediaStore | None) -> None:
        self._database = database
        self._store = store

    @property
    def can_keep(self) -> bool:
        """Whether there is a store."""
        return self._store is not None

    async def find(self, person: Person, ids: list[str]) -> dict[str, dict[str, Any]]:
        """Return what the store has of these messages, by their ids. Raises psycopg.Error."""
        if self._store is None or not ids:
            return {}
        found = await self._database.rows(person.role, "wa_desk_media", message_ids=ids)
        return {one["message_id"]: one for one in found}

    async def answer(self, person: Person, message_id: str) -> Response:
        """Return the file of a message. Raises HTTPException, and psycopg.Error."""
        found = (await self.find(person, [message_id])).get(message_id)
        if found is None or self._store is None:
            raise HTTPException(404, "there is no such file")
        try:
            content = await self._store.get(found["key"])
        except StoreError as error:
            logger.error("CONSOLE_MEDIA_FAILED", error=type(error).__name__)
            raise HTTPException(503, "the media store does not give it") from None
        return file_response(content, found["mime_type"], found["filename"])

    async def keep(
        self, person: Person, who: str, picture: bytes, number: str | None
    ) -> dict[str, Any]:
        """Have the store keep a picture, and return what of it wa_desk_picture_send takes.

        Raises HTTPException, and psycopg.Error.
        """
        if self._store is None:
            raise HTTPException(422, "this desk has no media store to keep a picture in")
        if len(picture) > MOST_BYTES_OF_A_PICTURE:
            raise HTTPException(413, "the picture has more than 5 MB, and Meta takes none of these")
        mime_type = find_mime_type(picture, None)
        if mime_type not in _PICTURES:
            raise HTTPException(422, f"Meta takes JPEG and PNG, and this file is {mime_type}")
        # Its row comes before the bytes, so that none are left behind.
        place = await self._database.value(
            person.role,
            "wa_desk_picture",
            who=who,
            sha256=hashlib.sha256(picture).hexdigest(),
            phone_number_id=number,
        )
        try:
            if await self._store.size(place["key"]) is None:
                await self._store.put(place["key"], picture, mime_type)
        except StoreError as error:
            logger.error("CONSOLE_MEDIA_FAILED", error=type(error).__name__)
            raise HTTPException(503, "the media store does not take it: try again") from None
        return {"media": place["media"], "size_bytes": len(picture), "mime_type": mime_type}
