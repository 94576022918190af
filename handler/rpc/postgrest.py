"""Calls over PostgREST, for projects that give the handler an API key instead of a connection.

The key is a JWT whose role PostgREST switches to. Bodies are joined into the request as they are,
so that here, too, PostgreSQL alone decides what they say.
"""

import asyncio
import base64
import json
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from handler.payload import Reason
from handler.process.logs import log_events, logger
from handler.rpc.protocol import (
    ACQUIRE_SECONDS,
    DISPATCH_SECONDS,
    REPORT_SECONDS,
    Answer,
    ConnectionLost,
    CountError,
    DatabaseUnavailable,
    DispatchError,
    PayloadRefused,
    PurgeFailed,
    dispatch_patiently,
    sort_sqlstate,
)
from handler.settings import SupabaseSettings

PAUSE_SECONDS = 0.1
"""Between two steps of retention, so that they take turns with the requests."""

SOON_SECONDS = 14 * 86_400
LOST_STATUSES = frozenset({502, 503, 504})
POOL_TIMEOUT = "PGRST003"
SQLSTATE_LENGTH = 5
REFUSED_BODIES: Mapping[str, Reason] = {
    "PGRST102": "not_json",
    # No routine takes these arguments: the body is none but a list of JSON object members, or the
    # database is not migrated, in which case keeping it fails as well.
    "PGRST202": "not_json",
}


class PostgrestRpc:
    """A pool of HTTP connections to `<SUPABASE_URL>/rest/v1/rpc/`."""

    def __init__(
        self, settings: SupabaseSettings, schema: str, on_error: CountError | None = None
    ) -> None:
        self._on_error = on_error
        self._role_key = settings.role_key
        self._http = httpx.AsyncClient(
            base_url=f"{settings.supabase_url}/rest/v1/rpc/",
            headers={
                "apikey": settings.gateway_key,
                "Authorization": f"Bearer {self._role_key}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Content-Profile": schema,
            },
            timeout=httpx.Timeout(DISPATCH_SECONDS, connect=ACQUIRE_SECONDS, pool=ACQUIRE_SECONDS),
        )
        self._key_is_refused = False

    async def open(self) -> None:
        """Say whose key it is and until when; connections are made by the calls."""
        claims = _read_claims(self._role_key)
        role, expires_at = claims.get("role"), claims.get("exp")
        logger.info("API_KEY_IN_USE", role=role, expires_at=_as_time(expires_at))
        if role == "service_role" or self._role_key.startswith("sb_secret_"):
            logger.warning(
                "API_KEY_IS_ALL_ACCESS", hint="mint one for the handler's role: wa-webhook key"
            )
        if expires_at is not None and expires_at - time.time() < SOON_SECONDS:
            logger.warning("API_KEY_EXPIRES_SOON", hint="mint the next one: wa-webhook key")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def health(self) -> Mapping[str, Any]:
        """Return `{"ok": bool, "problems": [...]}`. Raises DatabaseUnavailable in two seconds."""
        return await self._fetch_report("wa_health")

    async def metrics(self) -> Mapping[str, Any]:
        """Return the database's gauges. Raises DatabaseUnavailable within two seconds."""
        return await self._fetch_report("wa_metrics")

    def pool_stats(self) -> Mapping[str, int]:
        """Return nothing: the pool is PostgREST's."""
        return {}

    async def dispatch(
        self, payload: str | None, options: Mapping[str, Any], *, requests: int = 1
    ) -> Answer:
        """Commit the effect of a body, or of an array of them. Raises a DispatchError."""
        return await dispatch_patiently(self._fetch_dispatch, payload, options, requests)

    async def purge(self) -> None:
        """Call `wa_retention_step()` until it is done: PostgREST runs every call in a transaction.

        Logs what the procedure says in notices, which PostgREST does not hand on.
        """
        purged: Counter[str] = Counter()
        cutoffs: Mapping[str, Any] = {}
        is_done = False
        while not is_done:
            try:
                step = await self._fetch("wa_retention_step", "{}")
            except PayloadRefused as refused:
                raise PurgeFailed(refused.error, refused.sqlstate) from refused
            except DispatchError as failed:
                raise PurgeFailed(str(failed), failed.sqlstate) from failed
            if step["is_busy"]:
                logger.info("RETENTION_ALREADY_RUNNING")
                break
            if error := step.get("error"):
                raise PurgeFailed(error["message"], error["sqlstate"])
            cutoffs = step["cutoffs"]
            purged.update(step["purged"])
            is_done = step["is_done"]
            await asyncio.sleep(0 if is_done else PAUSE_SECONDS)
        log_events(
            {
                "event": f"RETENTION_{table.upper()}_PURGED",
                "count": count,
                "cutoff": cutoffs[table],
            }
            for table, count in purged.items()
        )

    async def _fetch_dispatch(self, payload: str | None, options: str) -> dict[str, Any]:
        if payload is None:
            payload = "null"
        elif payload.strip() == "null":
            # As it is, it would be the SQL null of a call without a payload.
            payload = "[null]"
        return await self._fetch("wa_dispatch", f'{{"payload":{payload},"options":{options}}}')

    async def _fetch_report(self, routine: str) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(REPORT_SECONDS):
                return await self._fetch(routine, "{}")
        except PayloadRefused as error:
            raise DatabaseUnavailable(error.error) from error
        except (DispatchError, TimeoutError) as error:
            raise DatabaseUnavailable(str(error) or "no answer in time") from error

    async def _fetch(self, routine: str, arguments: str) -> dict[str, Any]:
        try:
            document = await self._post(routine, arguments)
        except DispatchError as error:
            if self._on_error is not None:
                self._on_error(error)
            self._report_key(error)
            raise
        self._report_key(None)
        return document

    async def _post(self, routine: str, arguments: str) -> dict[str, Any]:
        try:
            response = await self._http.post(routine, content=arguments.encode())
            document = response.json() if response.content else None
        except httpx.TimeoutException as error:
            raise DatabaseUnavailable(type(error).__name__) from error
        except (httpx.TransportError, ValueError) as error:
            raise ConnectionLost(type(error).__name__) from error
        if response.is_success and isinstance(document, dict):
            return document
        raise _classified(response.status_code, document if isinstance(document, dict) else {})

    def _report_key(self, error: DispatchError | None) -> None:
        """Log a key that is refused once, until it is taken again."""
        if isinstance(error, ApiKeyRefused) and not self._key_is_refused:
            logger.error("API_KEY_REFUSED", reason=str(error), hint="mint one: wa-webhook key")
        self._key_is_refused = isinstance(error, ApiKeyRefused)


class ApiKeyRefused(DatabaseUnavailable):
    """Gateway or PostgREST does not take the key: nobody is served until it is replaced."""


def _classified(status: int, error: Mapping[str, Any]) -> DispatchError:
    """Sort by the code of PostgREST's answer: its own (PGRST...), or the SQLSTATE that it met."""
    code, message = str(error.get("code") or ""), str(error.get("message") or "")
    if code in REFUSED_BODIES:
        return PayloadRefused(REFUSED_BODIES[code], f"{code}: {message}", code)
    if status == httpx.codes.UNAUTHORIZED or "permission denied to set role" in message:
        return ApiKeyRefused(f"{code or status}: {message}")
    if len(code) == SQLSTATE_LENGTH and code != "PGRST":
        return sort_sqlstate(code, message)
    if status in LOST_STATUSES and code != POOL_TIMEOUT:
        return ConnectionLost(code or f"HTTP {status}")
    return DatabaseUnavailable(code or f"HTTP {status}")


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
