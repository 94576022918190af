"""A kind of the engine's own: stored pictures and PDFs are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, TypeAdapter

from wa_webhook.media.store import MissingMediaError, StoreError
from wa_webhook.ocr.reader import ReaderLostError
from wa_webhook.ocr.reading import UnreadableError
from wa_webhook.worker.errors import PermanentError, TaskError
from wa_webhook.worker.registry import TaskFunction

if TYPE_CHECKING:
    from wa_webhook.media.store import MediaStore
    from wa_webhook.ocr.reader import Reader

READ = "read_document"
MAX_BYTES = 32 << 20


class WantedReading(BaseModel):
    """What `wa.request_reading` gives."""

    media: int
    key: str


def make_reading_function(store: MediaStore, reader: Reader, concurrency: int) -> TaskFunction:
    """Return the function of the kind, which closes the reader with its worker."""

    async def read(wanted: WantedReading) -> dict[str, Any]:
        return await read_media(wanted, store, reader)

    return TaskFunction(
        READ,
        read,
        TypeAdapter(WantedReading),
        takes_context=False,
        is_async=True,
        concurrency=concurrency,
        timeout_seconds=None,
        close=reader.close,
    )


async def read_media(wanted: WantedReading, store: MediaStore, reader: Reader) -> dict[str, Any]:
    """Return media, page_count and pages, each with page, turned and lines.

    Raises PermanentError for what is no document that can be read, TaskError for what may succeed
    later.
    """
    try:
        if (await store.size(wanted.key) or 0) > MAX_BYTES:
            raise PermanentError(f"it has more than {MAX_BYTES >> 20} MB")
        content = await store.get(wanted.key)
        return {"media": wanted.media} | await reader.read(content)
    except UnreadableError as error:
        raise PermanentError(str(error)) from error
    except ReaderLostError as error:
        raise TaskError(str(error)) from error
    except MissingMediaError as error:
        raise PermanentError("the media store does not have it") from error
    except StoreError as error:
        raise TaskError(f"the media store: {error}") from error
