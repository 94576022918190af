"""Getting from Meta what a user sent."""

from __future__ import annotations

import functools
import json
from typing import Any

import aiohttp
from yarl import URL

from wa_webhook.http_session import find_proxy, open_free_session, read_at_most

_METAS = (".facebook.com", ".fbcdn.net", ".fbsbx.com")
_OK = 200
_GONE = 404
_BUSY = frozenset({429, 503})
_MOST_BYTES_OF_ANSWER = 2**16
_NO_SUCH_OBJECT = 100


class DownloadError(Exception):
    """Meta did not give it, and may do so later; after `retry_after_seconds` where it says so."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class GoneError(Exception):
    """Meta does not have it, or not for us."""


class TooLargeError(Exception):
    """It is larger than it may be."""


class MediaClient:
    """Downloads media by their links, which live for minutes, or by their ids, for seven days.

    `base_url` holds host and version of the Graph API. The token is shown there and to Meta's own
    hosts over https, and no redirect is followed. `timeout_seconds` bounds a silence. Connections
    are kept until `close`.
    """

    def __init__(self, *, base_url: str, token: str, timeout_seconds: float = 30) -> None:
        self._base_url = URL(base_url)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._timeout_seconds = timeout_seconds
        self._http: aiohttp.ClientSession | None = None
        # It reads the whole environment, and Meta has few hosts.
        self._find_proxy = functools.lru_cache(maxsize=64)(find_proxy)

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def download(
        self,
        media_id: str,
        *,
        most_bytes: int,
        url: str | None = None,
        phone_number_id: str | None = None,
    ) -> bytes:
        """Return the bytes, from `url` while that works. Raises the errors of this module."""
        if url is not None and self.is_metas(url):
            try:
                return await self._get(url, most_bytes)
            except (GoneError, DownloadError):
                # The link has ended, most of the time: a new one is asked for.
                pass
        place = self._base_url.joinpath(media_id)
        if phone_number_id is not None:
            place = place.with_query(phone_number_id=phone_number_id)
        described = _read_object(await self._get(str(place), _MOST_BYTES_OF_ANSWER))
        link = described.get("url")
        if not isinstance(link, str) or not self.is_metas(link):
            raise DownloadError("the Graph API names no link of Meta's")
        return await self._get(link, most_bytes)

    async def _get(self, url: str, most_bytes: int) -> bytes:
        if self._http is None:
            self._http = open_free_session(timeout_seconds=self._timeout_seconds)
        place = URL(url, encoded=True)
        try:
            async with self._http.get(
                place,
                headers=self._headers,
                proxy=self._find_proxy(str(place.origin())),
                allow_redirects=False,
            ) as answer:
                if answer.status != _OK:
                    refused = await read_at_most(answer, _MOST_BYTES_OF_ANSWER)
                    raise _refusal(answer, refused or b"")
                content = await read_at_most(answer, most_bytes)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DownloadError(type(error).__name__) from error
        if content is None:
            raise TooLargeError(f"it has more than {most_bytes} bytes")
        return content

    def is_metas(self, link: str) -> bool:
        """Say whether the token may be shown there: the Graph API, or Meta's hosts over https."""
        try:
            url = URL(link)
            is_of_the_api = url.origin() == self._base_url.origin()
        except ValueError:
            return False
        host = f".{url.host}"
        return is_of_the_api or (url.scheme == "https" and host.endswith(_METAS))


def _refusal(answer: aiohttp.ClientResponse, body: bytes) -> Exception:
    status = answer.status
    try:
        error = json.loads(body).get("error", {})
        code, text = error.get("code"), error.get("message")
    except (ValueError, AttributeError):
        code, text = None, None
    told = f"HTTP {status}" + (f", code {code}: {text}" if code is not None else "")
    if status == _GONE or code == _NO_SUCH_OBJECT:
        return GoneError(told)
    if status in _BUSY:
        after = answer.headers.get("retry-after", "")
        return DownloadError(told, float(after) if after.isdecimal() else 10.0)
    return DownloadError(told)


def _read_object(body: bytes) -> dict[str, Any]:
    try:
        described = json.loads(body)
    except ValueError:
        described = None
    if not isinstance(described, dict):
        raise DownloadError("the Graph API answers with no JSON object")
    return described
