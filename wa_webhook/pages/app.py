"""An application that serves one page: its files, the shared components, and its own routes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from wa_webhook.pages.protection import Protection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.types import ExceptionHandler

COMPONENTS = Path(__file__).parent / "static"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
MOST_BYTES = 24 * 1024 * 1024
"""Of a request: a file of 16 MB in base64, and what stands around it."""

Asked = TypeVar("Asked", bound=BaseModel)


def page_app(
    static: Path,
    routes: Iterable[BaseRoute],
    *,
    hosts: Sequence[str] = LOOPBACK,
    most_bytes: int = MOST_BYTES,
    exception_handlers: Mapping[Any, ExceptionHandler] | None = None,
    middleware: Iterable[Middleware] = (),
    lifespan: Any = None,  # noqa: ANN401
) -> Starlette:
    """Return an application with `static`/index.html at `/`, and the page's files below `/static`.

    The components that pages share are below `/components`. `hosts`: the names by which a browser
    may ask for it, without ports. `middleware` comes after what protects every page. An error is
    `{"error": message}` with its HTTP status.
    """

    async def index(_: Request) -> Response:
        return FileResponse(static / "index.html")

    return Starlette(
        routes=[
            Route("/", index),
            Mount("/static", GZipMiddleware(StaticFiles(directory=static))),
            Mount("/components", GZipMiddleware(StaticFiles(directory=COMPONENTS))),
            *routes,
        ],
        middleware=[
            Middleware(Protection),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
            Middleware(RequestBodyLimitMiddleware, max_body_size=most_bytes),
            *middleware,
        ],
        exception_handlers={HTTPException: _answer_error, **(exception_handlers or {})},
        lifespan=lifespan,
    )


async def read_json(request: Request, shape: type[Asked]) -> Asked:
    """Return the request's body as `shape`. Raises HTTPException 400, which says what is wrong."""
    try:
        return shape.model_validate_json(await request.body())
    except ValidationError as invalid:
        first = invalid.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise HTTPException(400, f"{where}: {first['msg']}" if where else first["msg"]) from None


async def _answer_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
