"""Posting one notification to the Graph API, and telling what physically happened to it."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx

from wa_webhook.notifier.answers import read_answer
from wa_webhook.notifier.exchange import Exchange
from wa_webhook.notifier.media import MediaMaker, UnusableMediaError
from wa_webhook.notifier.notification import SendResult, UploadedMedia

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from wa_webhook.notifier.notification import Notification

_CONNECT_SECONDS = 5.0
_PHONE_NUMBER_ID = re.compile(r"[0-9]{1,32}")
_IDLE_SECONDS = 4.0
"""Below the usual five seconds of servers: a connection that the server is just closing makes the
next message on it look as if it might have been sent."""


class _UploadFailedError(Exception):
    def __init__(self, result: SendResult) -> None:
        super().__init__(result.error_message)
        self.result = result


class MisledError(httpx.RequestError):
    """A row of the outbox would have led a request, and the token with it, to another place."""


class GraphClient:
    """One pooled client for all sends, which reaches `base_url` and nothing else.

    `base_url` holds host and version. `phone_number_id` is the business number for rows that name
    none. `timeout_seconds` bounds one send with everything it needs, `media_folder` is where files
    may be taken from. `max_connections` is how many are kept open for the next sends; a send never
    waits for another one's.
    """

    def __init__(
        self,
        *,
        base_url: str,
        token: str,
        phone_number_id: str,
        timeout_seconds: float,
        max_connections: int,
        media_folder: Path | None = None,
    ) -> None:
        self._phone_number_id = phone_number_id
        self._timeout_seconds = timeout_seconds
        self._media = MediaMaker(media_folder, most_at_once=max_connections)
        self._base_url = httpx.URL(base_url)
        self._sending: set[asyncio.Task[SendResult]] = set()
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            follow_redirects=False,
            event_hooks={"request": [self._refuse_other_places]},
            timeout=httpx.Timeout(
                timeout_seconds, connect=min(_CONNECT_SECONDS, timeout_seconds), pool=None
            ),
            limits=httpx.Limits(
                max_connections=None,
                max_keepalive_connections=max_connections,
                keepalive_expiry=_IDLE_SECONDS,
            ),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for sending in list(self._sending):
            sending.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._http.aclose()

    async def send(self, notification: Notification) -> SendResult:
        """Send one notification and tell what happened; never raises, not even when cancelled."""
        started = time.monotonic()
        exchange = Exchange()
        sending = asyncio.create_task(self._send(notification, exchange))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        try:
            # Not cancelled when time is up: httpx may keep the connection of a cancelled request
            # for ever. Its own time-outs end it soon.
            await asyncio.wait([sending], timeout=self._timeout_seconds)
        except asyncio.CancelledError:
            result = exchange.give_up("the notifier stopped before an answer came")
        else:
            if sending.done():
                result = sending.result()
            else:
                result = exchange.give_up(f"no answer within {self._timeout_seconds:g} s")
        duration_ms = round((time.monotonic() - started) * 1000)
        return replace(result, media=exchange.media, duration_ms=duration_ms)

    async def _send(self, notification: Notification, exchange: Exchange) -> SendResult:
        request = notification.request
        try:
            if notification.upload is not None:
                exchange.media = await self._upload(notification, notification.upload)
                request = _with_media(request, exchange.media)
            return read_answer(await self.post_message(notification, request, exchange))
        except _UploadFailedError as failed:
            return failed.result
        except Exception as error:  # noqa: BLE001, RUF100 (a result is owed for every claimed row)
            return exchange.failure(error)

    async def post_message(
        self, notification: Notification, request: dict[str, Any], exchange: Exchange
    ) -> httpx.Response:
        """Post a request. Raises GivenUpError, when it has been given up, and httpx's errors."""
        return await self._http.post(
            f"{self._sender(notification)}/messages",
            json=request,
            extensions={"trace": exchange.trace},
        )

    async def _upload(self, notification: Notification, upload: dict[str, Any]) -> UploadedMedia:
        """Upload the file of a notification; whatever goes wrong here, no message was sent."""
        try:
            file = await self._media.make(upload, str(notification.request.get("type")))
            response = await self._http.post(
                f"{self._sender(notification)}/media",
                data={"messaging_product": "whatsapp"},
                files={"file": (file.name, file.content, file.mime_type)},
            )
        except (UnusableMediaError, httpx.HTTPError) as error:
            text = f"upload: {type(error).__name__}: {error}"
            raise _UploadFailedError(SendResult("not_sent", error_message=text)) from error
        answer = read_answer(response)
        if answer.outcome == "rejected":
            raise _UploadFailedError(
                replace(answer, error_message=f"upload: {answer.error_message}")
            )
        media_id = response.json().get("id") if response.is_success else None
        if not isinstance(media_id, str):
            text = f"upload: HTTP {response.status_code} without a media id"
            raise _UploadFailedError(replace(answer, outcome="not_sent", error_message=text))
        return UploadedMedia(str(upload["cache_key"]), media_id)

    def _sender(self, notification: Notification) -> str:
        sender = notification.phone_number_id or self._phone_number_id
        if not _PHONE_NUMBER_ID.fullmatch(sender):
            raise MisledError("the sender is no id of a phone number")
        return sender

    async def _refuse_other_places(self, request: httpx.Request) -> None:
        base, url = self._base_url, request.url
        is_ours = (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port)
        if not is_ours or not url.path.startswith(f"{base.path.rstrip('/')}/"):
            raise MisledError("the request would leave WHATSAPP_API_BASE_URL")


def _with_media(request: dict[str, Any], media: UploadedMedia) -> dict[str, Any]:
    message_type = request["type"]
    return {**request, message_type: {**request[message_type], "id": media.media_id}}
