"""What lies outside: the Graph API with our token, and our webhook as Meta reaches it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from wa_webhook.doctor.check import Check, fail, ok, warn
from wa_webhook.doctor.configuration import LOOPBACK
from wa_webhook.doctor.database import judge_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_SECONDS = 10

_FIELDS = "id,display_phone_number,verified_name,quality_rating"
_TOKEN_CODES = frozenset({0, 190})
_PERMISSION_CODES = frozenset({3, 10, *range(200, 300)})
_NO_SUCH_NUMBER = 33


def check_graph(base_url: str, token: str, phone_number_id: str) -> Iterator[Check]:
    """Read the business number with the token, as any send would be made.

    Shape of the answer: Meta's reference of the phone number node, v23.0.
    """
    host = urlsplit(base_url).hostname
    try:
        response = httpx.get(
            f"{base_url}/{phone_number_id}",
            params={"fields": _FIELDS},
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        yield fail(
            "graph",
            f"{host} does not answer: {type(error).__name__}",
            "Check WHATSAPP_API_BASE_URL and that this machine reaches it.",
        )
        return
    yield _judge_answer(response, phone_number_id)
    if "Date" in response.headers:
        yield judge_clock(
            "Graph API", parsedate_to_datetime(response.headers["Date"]) - datetime.now(UTC)
        )


def _judge_answer(response: httpx.Response, phone_number_id: str) -> Check:
    try:
        answer: Any = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return fail(
            "graph",
            f"HTTP {response.status_code}, and no JSON",
            "WHATSAPP_API_BASE_URL holds host and version, such as https://graph.facebook.com/v26.0.",
        )
    if response.is_success and answer.get("id") == phone_number_id:
        quality = answer.get("quality_rating", "UNKNOWN")
        if quality in ("YELLOW", "RED"):
            return warn(
                "graph",
                f"the token reaches the number, whose quality is {quality}",
                "See the number in WhatsApp Manager: Meta lowers its limits.",
            )
        return ok("graph", "the token reaches the business number")
    error = answer.get("error")
    error = error if isinstance(error, dict) else {}
    code = error.get("code")
    problem = f"Meta refuses with HTTP {response.status_code}, code {code}"
    if code in _TOKEN_CODES:
        return fail(
            "graph", problem, "WA_TOKEN has expired or is wrong: make one for the system user."
        )
    if code in _PERMISSION_CODES:
        return fail(
            "graph", problem, "Give the system user whatsapp_business_messaging and the account."
        )
    if code == _NO_SUCH_NUMBER or error.get("error_subcode") == _NO_SUCH_NUMBER:
        return fail(
            "graph", problem, "WA_PHONE_ID is the id of the number, and not the number itself."
        )
    return fail("graph", problem, "Try again; if it stays, look the code up at Meta.")


def check_webhook(url: str, verify_token: str) -> Iterator[Check]:
    """Ask the webhook for the challenge, as Meta does when the callback is edited."""
    challenge = secrets.token_hex(8)
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        yield warn("webhook", "the address is not https", "Meta calls https addresses only.")
    try:
        response = httpx.get(
            url,
            params={
                "hub.mode": "subscribe",
                "hub.verify_token": verify_token,
                "hub.challenge": challenge,
            },
            timeout=TIMEOUT_SECONDS,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        yield fail(
            "webhook",
            f"{parts.hostname} does not answer: {type(error).__name__}",
            "See that wa-webhook serve runs and that its address is reachable from outside.",
        )
        return
    if response.status_code == httpx.codes.OK and response.text == challenge:
        yield ok("webhook", "the webhook answers the challenge")
    elif response.status_code == httpx.codes.FORBIDDEN:
        yield fail(
            "webhook",
            "the webhook refuses the verify token",
            "WA_VERIFY_TOKEN must be the same here, for wa-webhook serve, and in Meta's form.",
        )
    else:
        yield fail(
            "webhook",
            f"HTTP {response.status_code} without the challenge",
            "The address must lead to /webhook of wa-webhook serve.",
        )
