"""Calls over PostgREST, for projects that give the handler an API key instead of a connection.

The key is a JWT whose role PostgREST switches to. Bodies are joined into the request as they are,
so that here, too, PostgreSQL alone decides what they say.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import httpx

from handler.process.logs import log_events, logger
from handler.rpc.api_key import ApiKey, ApiKeyRefused
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
    SchemaMisfit,
    dispatch_patiently,
    sort_sqlstate,
)
from handler.settings import SupabaseSettings

PAUSE_SECONDS = 0.1
"""Between two steps of retention, so that they take turns with the requests."""

LOST_STATUSES = frozenset({502, 503, 504})
POOL_TIMEOUT = "PGRST003"
SQLSTATE_LENGTH = 5
NOT_JSON = "PGRST102"
NO_SUCH_ROUTINE = "PGRST202"
"""Not migrated, or migrated while PostgREST still goes by what it knew before."""


class PostgrestRpc:
    """A pool of HTTP connections to `<SUPABASE_URL>/rest/v1/rpc/`."""

    def __init__(
        self, settings: SupabaseSettings, schema: str, on_error: CountError | None = None
    ) -> None:
        self._on_error = on_error
        self._http = httpx.AsyncClient(
            base_url=f"{settings.supabase_url}/rest/v1/rpc/",
            headers={
                "apikey": settings.gateway_key,
                "Authorization": f"Bearer {settings.role_key}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Content-Profile": schema,
            },
            timeout=httpx.Timeout(DISPATCH_SECONDS, connect=ACQUIRE_SECONDS, pool=ACQUIRE_SECONDS),
        )
        self._key = ApiKey(settings.role_key)

    async def open(self) -> None:
        """Say whose key it is; connections are made by the calls."""
        self._key.announce()

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
                "cutoff": cutoffs.get(table),
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
            self._key.report(error)
            raise
        self._key.report(None)
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


def _classified(status: int, error: Mapping[str, Any]) -> DispatchError:
    """Sort by the code of PostgREST's answer: its own (PGRST...), or the SQLSTATE that it met."""
    code, message = str(error.get("code") or ""), str(error.get("message") or "")
    if code == NOT_JSON:
        return PayloadRefused("not_json", code, code)
    if code == NO_SUCH_ROUTINE:
        return SchemaMisfit(code, code)
    if hint := error.get("hint"):
        message = f"{message} (hint: {hint})"
    if status == httpx.codes.UNAUTHORIZED or "permission denied to set role" in message:
        return ApiKeyRefused(f"{code or status}: {message}")
    if len(code) == SQLSTATE_LENGTH and code != "PGRST":
        return sort_sqlstate(code, message)
    if status in LOST_STATUSES and code != POOL_TIMEOUT:
        return ConnectionLost(code or f"HTTP {status}")
    return DatabaseUnavailable(code or f"HTTP {status}")
