"""HTTP as a client: its connections, proxy and certificates, and where it may go."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

import aiohttp
import certifi
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import SimpleNamespace

    OnWriting = Callable[
        [aiohttp.ClientSession, SimpleNamespace, aiohttp.TraceRequestHeadersSentParams],
        Awaitable[None],
    ]

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
    on_writing: OnWriting | None = None,
) -> aiohttp.ClientSession:
    """Return a session for requests to `place`, whose connections are kept and never waited for.

    A request to any other host, or to a path that is not below that of `place`, raises MisledError
    before anything is sent. `timeout_seconds` bounds a whole request, and `on_writing` is awaited
    before its first byte goes out. A session keeps no cookies and asks for no compression.
    Redirects are refused by whoever asks. Must be called in a running loop. Raises ValueError for
    a proxy of no known kind.
    """
    return _open_session(
        headers,
        aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=CONNECT_SECONDS),
        trace=_watch(URL(place), on_writing),
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
    trace: aiohttp.TraceConfig | None = None,
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
        trace_configs=None if trace is None else [trace],
        # aiohttp's own look at the environment takes two threads for every request.
        trust_env=False,
        proxy=proxy,
    )


def _watch(base: URL, on_writing: OnWriting | None) -> aiohttp.TraceConfig:
    """Return one trace for all that is to be known: each costs a request a dozen calls."""

    async def refuse(
        _: aiohttp.ClientSession, __: object, request: aiohttp.TraceRequestStartParams
    ) -> None:
        url = request.url
        is_ours = (url.scheme, url.raw_host, url.port) == (base.scheme, base.raw_host, base.port)
        if not is_ours or not url.raw_path.startswith(f"{base.raw_path.rstrip('/')}/"):
            raise MisledError("the request would leave WHATSAPP_API_BASE_URL")

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(refuse)
    if on_writing is not None:
        trace.on_request_headers_sent.append(on_writing)
    return trace


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
