"""Posting one notification to the Graph API, and telling what physically happened to it."""

from __future__ import annotations

import asyncio
import functools
import io
import json
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
from yarl import URL

from wa_webhook.http_session import MisledError, open_session, read_at_most
from wa_webhook.notifier.answers import Answer, read_answer
from wa_webhook.notifier.exchange import Exchange
from wa_webhook.notifier.media import MediaMaker, UnusableMediaError
from wa_webhook.notifier.notification import SendResult, UploadedMedia

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from aiohttp.abc import AbstractStreamWriter

    from wa_webhook.media.store import MediaStore
    from wa_webhook.notifier.media import MediaFile
    from wa_webhook.notifier.notification import Notification

_PHONE_NUMBER_ID = re.compile(r"[0-9]{1,32}")
_MOST_BYTES_OF_ANSWER = 2**20
"""Thousands of times what Meta answers."""
_FORM = {"messaging_product": "whatsapp"}


class _Message(aiohttp.BytesPayload):
    """The body of a message, which notes that it is written, before the first byte goes out."""

    def __init__(self, request: str, exchange: Exchange) -> None:
        super().__init__(request.encode(), content_type="application/json")
        self._exchange = exchange

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        # The headers wait for it, and go out with it.
        self._exchange.is_written = True
        await super().write_with_length(writer, content_length)


class _UploadFailedError(Exception):
    def __init__(self, result: SendResult) -> None:
        super().__init__(result.error_message)
        self.result = result


class GraphClient:
    """One pooled client for all sends, which reaches `base_url` and nothing else.

    `base_url` holds host and version. `phone_number_id` is the business number for rows that name
    none. `timeout_seconds` bounds one send with everything it needs, `media_folder` is where files
    may be taken from, in `max_threads` at once, and `store` has what users sent. A send never waits
    for another one's. Must be made in a running loop.
    """

    def __init__(
        self,
        *,
        base_url: str,
        token: str,
        phone_number_id: str,
        timeout_seconds: float,
        max_threads: int,
        media_folder: Path | None = None,
        store: MediaStore | None = None,
    ) -> None:
        self._phone_number_id = phone_number_id
        self._timeout_seconds = timeout_seconds
        self._media = MediaMaker(media_folder, store, most_at_once=max_threads)
        self._base_url = URL(base_url)
        self._join = functools.lru_cache(maxsize=128)(self._base_url.joinpath)
        self._http = open_session(base_url, headers={"Authorization": f"Bearer {token}"})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def send(self, notification: Notification) -> SendResult:
        """Send one notification and tell what happened; never raises, not even when cancelled.

        Nothing goes on behind the result: a send that is given up is cut off.
        """
        started = time.monotonic()
        exchange = Exchange()
        try:
            async with asyncio.timeout(self._timeout_seconds):
                result = await self._send(notification, exchange)
        except TimeoutError:
            result = exchange.failure(f"no answer within {self._timeout_seconds:g} s")
        except asyncio.CancelledError:
            result = exchange.failure("the notifier stopped before an answer came")
        duration_ms = round((time.monotonic() - started) * 1000)
        return replace(result, media=exchange.media, duration_ms=duration_ms)

    async def _send(self, notification: Notification, exchange: Exchange) -> SendResult:
        try:
            request = notification.request
            if notification.upload is not None:
                message = json.loads(request)
                exchange.media = await self._upload(notification, notification.upload, message)
                request = _with_media(message, exchange.media)
            place = self._place(notification, "messages")
            return read_answer(await self._post(place, _Message(request, exchange)))
        except _UploadFailedError as failed:
            return failed.result
        except Exception as error:  # noqa: BLE001, RUF100 (a result is owed for every claimed row)
            return exchange.failure(error)

    async def _upload(
        self, notification: Notification, upload: dict[str, Any], message: dict[str, Any]
    ) -> UploadedMedia:
        """Upload the file of a notification; whatever goes wrong here, no message was sent."""
        try:
            file = await self._media.make(upload, str(message.get("type")))
            place = self._place(notification, "media")
            answer = await self._post(place, _form_of(file))
        except (UnusableMediaError, MisledError, aiohttp.ClientError, OSError) as error:
            text = f"upload: {type(error).__name__}: {error}"
            raise _UploadFailedError(SendResult("not_sent", error_message=text)) from error
        result = read_answer(answer)
        if result.outcome == "rejected":
            raise _UploadFailedError(
                replace(result, error_message=f"upload: {result.error_message}")
            )
        media_id = answer.read_object().get("id") if answer.is_success else None
        if not isinstance(media_id, str):
            text = f"upload: HTTP {answer.status} without a media id"
            raise _UploadFailedError(replace(result, outcome="not_sent", error_message=text))
        return UploadedMedia(str(upload["cache_key"]), media_id)

    async def _post(self, place: URL, content: _Message | aiohttp.FormData) -> Answer:
        """Post a request. Raises MisledError and aiohttp's errors."""
        # The loop first learns which idle connections their servers have closed.
        await asyncio.sleep(0)
        response = await self._http.post(place, data=content, allow_redirects=False)
        body = await read_at_most(response, _MOST_BYTES_OF_ANSWER)
        retry_after = response.headers.get("Retry-After", "")
        return Answer(response.status, b"" if body is None else body, retry_after)

    def _place(self, notification: Notification, what: str) -> URL:
        sender = notification.phone_number_id or self._phone_number_id
        if not _PHONE_NUMBER_ID.fullmatch(sender):
            raise MisledError("the sender is no id of a phone number")
        return self._join(sender, what)


def _form_of(file: MediaFile) -> aiohttp.FormData:
    form = aiohttp.FormData(_FORM, quote_fields=False)
    name = "".join(one if one.isprintable() else "_" for one in file.name)
    form.add_field("file", io.BytesIO(file.content), filename=name, content_type=file.mime_type)
    return form


def _with_media(message: dict[str, Any], media: UploadedMedia) -> str:
    message_type = message["type"]
    return json.dumps(
        {**message, message_type: {**message[message_type], "id": media.media_id}},
        ensure_ascii=False,
    )
