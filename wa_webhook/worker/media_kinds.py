"""Kinds of the engine's own: media that users sent are fetched, checked and stored."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter

from wa_webhook.media.content import find_mime_type, is_of_kind
from wa_webhook.media.graph import DownloadError, GoneError, TooLargeError
from wa_webhook.media.store import StoreError
from wa_webhook.worker.errors import BusyError, PermanentError, TaskError
from wa_webhook.worker.registry import TaskFunction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wa_webhook.media.graph import MediaClient
    from wa_webhook.media.store import MediaStore

FETCH = "media.fetch"
LINK = "media.link"

_FETCH_SECONDS = 240
_LINK_SECONDS = 30


class WantedMedia(BaseModel):
    """What `wa.want_media` gives: what Meta calls it, what it has to be, and where it goes."""

    media: int
    kind: str
    media_id: str
    url: str | None = None
    phone_number_id: str | None = None
    mime_type: str | None = None
    sha256: str
    key: str
    max_bytes: int


class WantedLink(BaseModel):
    """What `wa.request_media_link` gives."""

    media: int
    key: str
    seconds: Annotated[float, Field(gt=0)]


def make_media_functions(store: MediaStore, client: MediaClient) -> list[TaskFunction]:
    """Return the functions that do the kinds of media, and close the client with their worker."""

    async def fetch(wanted: WantedMedia) -> dict[str, Any]:
        return await fetch_media(wanted, store, client)

    async def link(wanted: WantedLink) -> dict[str, Any]:
        return await sign_link(wanted, store)

    return [
        replace(_function(FETCH, fetch, WantedMedia, _FETCH_SECONDS), close=client.close),
        _function(LINK, link, WantedLink, _LINK_SECONDS),
    ]


async def fetch_media(
    wanted: WantedMedia, store: MediaStore, client: MediaClient
) -> dict[str, Any]:
    """Store what a user sent, unless it is there.

    Returns media, sha256, size_bytes, mime_type and key; or media and refused, which is too_large
    or wrong_kind. Raises TaskError for what may succeed later, such as other bytes than the webhook
    told of, and PermanentError for what Meta does not have.
    """
    try:
        is_there = await store.size(wanted.key) is not None
        content = await (store.get(wanted.key) if is_there else _download(wanted, client))
        if hashlib.sha256(content).hexdigest() != wanted.sha256:
            raise TaskError("it has another sha256 than the webhook says")
        mime_type = find_mime_type(content, wanted.mime_type)
        if not is_of_kind(wanted.kind, wanted.mime_type, mime_type):
            return {"media": wanted.media, "refused": "wrong_kind"}
        if not is_there:
            await store.put(wanted.key, content, mime_type)
    except TooLargeError:
        return {"media": wanted.media, "refused": "too_large"}
    except GoneError as error:
        raise PermanentError(f"Meta does not have it: {error}") from error
    except DownloadError as error:
        if error.retry_after_seconds is not None:
            raise BusyError(str(error), error.retry_after_seconds) from error
        raise TaskError(f"Meta: {error}") from error
    except StoreError as error:
        raise TaskError(f"the media store: {error}") from error
    return {
        "media": wanted.media,
        "sha256": wanted.sha256,
        "size_bytes": len(content),
        "mime_type": mime_type,
        "key": wanted.key,
    }


async def _download(wanted: WantedMedia, client: MediaClient) -> bytes:
    return await client.download(
        wanted.media_id,
        most_bytes=wanted.max_bytes,
        url=wanted.url,
        phone_number_id=wanted.phone_number_id,
    )


async def sign_link(wanted: WantedLink, store: MediaStore) -> dict[str, Any]:
    """Return media and url, a link that ends. Raises TaskError, PermanentError."""
    try:
        is_there = await store.size(wanted.key) is not None
        url = await store.sign(wanted.key, timedelta(seconds=wanted.seconds))
    except StoreError as error:
        raise TaskError(f"the media store: {error}") from error
    if not is_there:
        raise PermanentError("the media store does not have it")
    return {"media": wanted.media, "url": url}


def _function(
    kind: str,
    function: Callable[..., Awaitable[dict[str, Any]]],
    given: type[BaseModel],
    timeout_seconds: float,
) -> TaskFunction:
    return TaskFunction(
        kind,
        function,
        TypeAdapter(given),
        takes_context=False,
        is_async=True,
        concurrency=None,
        timeout_seconds=timeout_seconds,
    )
