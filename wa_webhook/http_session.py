"""HTTP as a client: its connections, proxy and certificates, and where it may go."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
import certifi
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECT_SECONDS = 5.0
_IDLE_SECONDS = 4.0
"""Below the usual five seconds of servers: a connection that the server is just closing makes the
next request on it look as if it might have been received."""


class MisledError(Exception):
    """A request would have led its secrets to another place than the one the session is for."""


def open_session(
    place: str,
    *,
    headers: Mapping[str, str],
    timeout_seconds: float | None = None,
) -> aiohttp.ClientSession:
    """Return a session for requests to `place`, whose connections are kept and never waited for.

    A request to any other host, or to a path that is not below that of `place`, raises MisledError
    before anything is sent. `timeout_seconds` bounds a whole request. A session keeps no cookies
    and asks for no compression. Redirects are refused by whoever asks. Must be called in a running
    loop. Raises ValueError for a proxy of no known kind.
    """
    return _open_session(
        headers,
        aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=CONNECT_SECONDS),
        request_class=_request_to(URL(place)),
        proxy=find_proxy(place),
    )


def open_free_session(*, timeout_seconds: float) -> aiohttp.ClientSession:
    """Return a session like that of `open_session`, for places of which each request is judged.

    `timeout_seconds` bounds a silence. A request brings its headers, and its proxy (`find_proxy`).
    """
    timeout = aiohttp.ClientTimeout(sock_read=timeout_seconds, sock_connect=CONNECT_SECONDS)
    return _open_session({}, timeout)


def _open_session(
    headers: Mapping[str, str],
    timeout: aiohttp.ClientTimeout,
    *,
    request_class: type[aiohttp.ClientRequest] = aiohttp.ClientRequest,
    proxy: URL | None = None,
) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=0, keepalive_timeout=_IDLE_SECONDS, ssl=make_tls_context()
    )
    return aiohttp.ClientSession(
        connector=connector,
        headers={"User-Agent": "wa-webhook", "Accept-Encoding": "identity", **headers},
        timeout=timeout,
        cookie_jar=aiohttp.DummyCookieJar(),
        request_class=request_class,
        # aiohttp's own look at the environment takes two threads for every request.
        trust_env=False,
        proxy=proxy,
    )


def _request_to(base: URL) -> type[aiohttp.ClientRequest]:
    """Return a class of requests that refuses other places; a trace costs a dozen calls each."""

    class Request(aiohttp.ClientRequest):
        def __init__(
            self,
            method: str,
            url: URL,
            **options: Any,  # noqa: ANN401, RUF100 (they are aiohttp's own)
        ) -> None:
            origin = (url.scheme, url.raw_host, url.port)
            is_ours = origin == (base.scheme, base.raw_host, base.port)
            if not is_ours or not url.raw_path.startswith(f"{base.raw_path.rstrip('/')}/"):
                raise MisledError("the request would leave WHATSAPP_API_BASE_URL")
            super().__init__(method, url, **options)

    return Request


def find_proxy(place: str) -> URL | None:
    """Return the proxy that the environment names for a URL (HTTPS_PROXY, ALL_PROXY, NO_PROXY).

    Raises ValueError for one that is neither http nor https.
    """
    url = URL(place)
    proxies = getproxies()
    named = proxies.get(url.scheme) or proxies.get("all")
    if not named or proxy_bypass(f"{url.host}:{url.port}"):
        return None
    proxy = URL(named if "://" in named else f"http://{named}")
    if proxy.scheme not in ("http", "https"):
        raise ValueError(f"proxies are reached by http or https, and not by {proxy.scheme}")
    return proxy


def make_tls_context() -> ssl.SSLContext:
    """Trust whom SSL_CERT_FILE and SSL_CERT_DIR name, or else Mozilla's list."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if not file and not folder:
        file = certifi.where()
    context = ssl.create_default_context(cafile=file or None, capath=folder or None)
    context.set_alpn_protocols(["http/1.1"])
    return context


async def read_at_most(response: aiohttp.ClientResponse, most_bytes: int) -> bytes | None:
    """Return the body of an answer, or None for a longer one, whose connection is closed.

    Raises aiohttp.ClientError when it breaks off.
    """
    parts: list[bytes] = []
    try:
        while part := await response.content.readany():
            parts.append(part)
            most_bytes -= len(part)
            if most_bytes < 0:
                return None
    finally:
        # Nothing to close after the last byte: then the connection waits for the next request.
        response.close()
    return b"".join(parts)
