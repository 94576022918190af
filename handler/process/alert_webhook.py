"""The operators' webhook for alerts: one POST of plain JSON, whose `text` chat services show."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

import httpx

from handler.process.logs import BUSINESS, logger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handler.process.environment import AlertSettings


class AlertWebhook:
    """Posts alerts to `ALERT_WEBHOOK_URL`, which is a secret: no log or error names it."""

    def __init__(self, url: str, *, timeout_seconds: float) -> None:
        self._url = url
        self._timeout_seconds = timeout_seconds
        # A redirect could lead the alert to somebody else.
        self._http = httpx.AsyncClient(timeout=timeout_seconds, follow_redirects=False)

    @classmethod
    def from_settings(cls, settings: AlertSettings) -> Self | None:
        """Return the webhook, or None where nobody is to be told."""
        if settings.alert_webhook_url is None:
            return None
        return cls(
            settings.alert_webhook_url.get_secret_value(),
            timeout_seconds=settings.alert_webhook_timeout_ms / 1000,
        )

    async def post(self, alert: Mapping[str, Any]) -> bool:
        """Post one alert, and return whether a 2xx answer came within the time-out."""
        if business := BUSINESS.get():
            alert = {**alert, "business": business}
        try:
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._http.post(self._url, json={"text": in_words(alert), **alert})
            error = None if answer.is_success else f"HTTP {answer.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as failure:
            error = type(failure).__name__
        if error is not None:
            logger.warning("ALERT_FAILED", kind=alert["kind"], error=error)
            return False
        logger.info("ALERT_SENT", kind=alert["kind"], count=alert["count"])
        return True

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def warn_if_unset(settings: AlertSettings) -> None:
    """Say once that nobody is told of critical failures, and where to find them."""
    if settings.alert_webhook_url is None:
        logger.warning("ALERT_WEBHOOK_URL_UNSET", alerts_stay_in="alert_overview")


def in_words(alert: Mapping[str, Any]) -> str:
    """Say what happened and what to do next, for receivers that show only `text`."""
    times = f", {alert['count']} times" if alert["count"] > 1 else ""
    whose = f" of {alert['business']}" if "business" in alert else ""
    lines = [f"wa-webhook {alert['level']}: {alert['kind']}{whose} ({alert['group_key']}{times})"]
    lines += [alert[key] for key in ("meaning", "next_step") if alert.get(key)]
    return "\n".join(lines)
