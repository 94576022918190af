"""The API key that names the handler's role: what it says, and what is said about it in the log."""

import base64
import json
import time
from datetime import UTC, datetime
from typing import Any

from handler.process.logs import logger
from handler.rpc.protocol import DatabaseUnavailable, DispatchError

SOON_SECONDS = 14 * 86_400


class ApiKeyRefused(DatabaseUnavailable):
    """Gateway or PostgREST does not take the key: nobody is served until it is replaced."""


class ApiKey:
    """Logs whose key it is and until when, and once when it is refused."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._is_refused = False

    def announce(self) -> None:
        """Say whose key it is and until when, and warn of one that may too much or ends soon."""
        claims = _read_claims(self._token)
        role, expires_at = claims.get("role"), claims.get("exp")
        logger.info("API_KEY_IN_USE", role=role, expires_at=_as_time(expires_at))
        if role == "service_role" or self._token.startswith("sb_secret_"):
            logger.warning(
                "API_KEY_IS_ALL_ACCESS", hint="mint one for the handler's role: wa-webhook key"
            )
        if expires_at is not None and expires_at - time.time() < SOON_SECONDS:
            logger.warning("API_KEY_EXPIRES_SOON", hint="mint the next one: wa-webhook key")

    def report(self, error: DispatchError | None) -> None:
        """Log a key that is refused once, until it is taken again."""
        if isinstance(error, ApiKeyRefused) and not self._is_refused:
            logger.error("API_KEY_REFUSED", reason=str(error), hint="mint one: wa-webhook key")
        self._is_refused = isinstance(error, ApiKeyRefused)


def _as_time(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _read_claims(token: str) -> dict[str, Any]:
    """Return the claims of a JWT without verifying them; empty when it is none."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, LookupError):
        return {}
    return claims if isinstance(claims, dict) else {}
