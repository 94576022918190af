"""What keeps a page of ours from strangers: headers of every answer, and who changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""Nothing inline, nothing of others, no HTML made of strings."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS")


class Protection:
    """Adds the headers, and refuses what another site makes a browser send.

    Whoever is no browser sends neither `Sec-Fetch-Site` nor `Origin`, and is let through: there is
    nobody whose rights a stranger could borrow. That a request comes by one of our names, and not
    by one that a stranger has pointed at us, is seen to by Starlette's TrustedHostMiddleware.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. 403: of another site, 415: a body that is not JSON."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                # A file may be kept, but is asked for again, for the next version has its name.
                headers.setdefault("Cache-Control", "no-cache" if "etag" in headers else "no-store")
            await send(message)

        refusal = _refuse(scope["method"], Headers(scope=scope))
        await (refusal or self._app)(scope, receive, send_protected)


def _refuse(method: str, headers: Headers) -> JSONResponse | None:
    if method in _CHANGES_NOTHING:
        return None
    if not _is_of_our_page(headers):
        return JSONResponse({"error": "this comes from another site"}, 403)
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        return JSONResponse({"error": "Content-Type has to be application/json"}, 415)
    return None


def _is_of_our_page(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
