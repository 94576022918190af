"""Posting one notification to the Graph API, and telling what physically happened to it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx

from handler.notifier.answers import read_answer
from handler.notifier.media import UnusableMediaError, make_media_file
from handler.notifier.notification import SendResult, UploadedMedia

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from handler.notifier.notification import Notification

_CONNECT_SECONDS = 5.0
_IDLE_SECONDS = 4.0
"""Below the usual five seconds of servers: a connection that the server is just closing makes the
next message on it look as if it might have been sent."""


@dataclass(slots=True)
class _Exchange:
    """How far the request of the message itself has come."""

    is_written: bool = False

    async def trace(self, event: str, _: dict[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            self.is_written = True

    def failure(self, error: BaseException | str) -> SendResult:
        text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        return SendResult("unknown" if self.is_written else "not_sent", error_message=text)


class _UploadFailedError(Exception):
    def __init__(self, result: SendResult) -> None:
        super().__init__(result.error_message)
        self.result = result


class GraphClient:
    """One pooled client for all sends.

    `base_url` holds host and version. `phone_number_id` is the business number for rows that name
    none. `timeout_seconds` bounds one send with everything it needs, `media_folder` is where files
    may be taken from.
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
        self._media_folder = media_folder
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(timeout_seconds, connect=min(_CONNECT_SECONDS, timeout_seconds)),
            limits=httpx.Limits(
                max_connections=max_connections,
                max_keepalive_connections=max_connections,
                keepalive_expiry=_IDLE_SECONDS,
            ),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def send(self, notification: Notification) -> SendResult:
        """Send one notification and tell what happened; never raises, not even when cancelled."""
        started = time.monotonic()
        exchange = _Exchange()
        media: UploadedMedia | None = None
        try:
            async with asyncio.timeout(self._timeout_seconds):
                request = notification.request
                if notification.upload is not None:
                    media = await self._upload(notification, notification.upload)
                    request = _with_media(request, media)
                result = read_answer(await self._post_message(notification, request, exchange))
        except _UploadFailedError as failed:
            result = failed.result
        except asyncio.CancelledError:
            result = exchange.failure("the notifier stopped before an answer came")
        except TimeoutError:
            result = exchange.failure(f"no answer within {self._timeout_seconds:g} s")
        except Exception as error:  # noqa: BLE001, RUF100 (a result is owed for every claimed row)
            result = exchange.failure(error)
        duration_ms = round((time.monotonic() - started) * 1000)
        return replace(result, media=media, duration_ms=duration_ms)

    async def _post_message(
        self, notification: Notification, request: dict[str, Any], exchange: _Exchange
    ) -> httpx.Response:
        return await self._http.post(
            f"{self._sender(notification)}/messages",
            json=request,
            extensions={"trace": exchange.trace},
        )

    async def _upload(self, notification: Notification, upload: dict[str, Any]) -> UploadedMedia:
        """Upload the file of a notification; whatever goes wrong here, no message was sent."""
        try:
            file = make_media_file(upload, self._media_folder)
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
        return notification.phone_number_id or self._phone_number_id


def _with_media(request: dict[str, Any], media: UploadedMedia) -> dict[str, Any]:
    message_type = request["type"]
    return {**request, message_type: {**request[message_type], "id": media.media_id}}
