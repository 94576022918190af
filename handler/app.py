"""The application: what is built, opened and closed."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from handler.settings import WebhookSettings
from handler.webhook import Webhook, refuse


class Application(Starlette):
    """Posted webhooks go straight to their endpoint: routing costs more than the signature."""

    def __init__(self, webhook: Webhook) -> None:
        super().__init__(
            routes=webhook.routes(),
            exception_handlers={HTTPException: _refuse_exception},
            lifespan=webhook.lifespan,
        )
        self._webhook = webhook

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection or the lifespan, as ASGI has it."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == "/webhook":
            await self._webhook.receive(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: WebhookSettings) -> Starlette:
    """Build the application; it connects when its lifespan starts."""
    return Application(Webhook(settings))


async def _refuse_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class only)
    return refuse(error.status_code, error.detail.lower().replace(" ", "_"), error.headers)
