"""Signing in and out, and whose request it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from handler.process.logs import logger
from wa_webhook.console.people import Attempts, Passwords, Person
from wa_webhook.console.sessions import Session, Sessions
from wa_webhook.console.settings import ConsoleSettings, is_loopback
from wa_webhook.console.supabase import SignInError, SupabaseAuth, Vouched

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from wa_webhook.console.metrics import ConsoleMetrics

_WINDOW_SECONDS = 900.0
_ATTEMPTS_OF_AN_ADDRESS = 5
"""Times as many as of a name: colleagues share one."""


class SignIn(BaseModel):
    """Who somebody says that they are: a name or an e-mail address with a password, or a token."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=320)] = ""
    password: Annotated[str, Field(max_length=1024)] = ""
    token: Annotated[str, Field(max_length=16_384)] | None = None


class SigningIn:
    """Lets people in, and knows them again by their cookie."""

    def __init__(
        self, settings: ConsoleSettings, metrics: ConsoleMetrics, auth: SupabaseAuth | None
    ) -> None:
        self._people = settings.people
        self._roles = settings.database_urls
        self._passwords = Passwords(self._people)
        self._auth = auth
        self._metrics = metrics
        self._trusts_proxy = settings.wa_console_trusts_proxy
        most = settings.wa_console_failed_sign_ins
        self._of_names = Attempts(most, _WINDOW_SECONDS)
        self._of_addresses = Attempts(most * _ATTEMPTS_OF_AN_ADDRESS, _WINDOW_SECONDS)
        self._sessions = Sessions(settings.wa_console_session_seconds)
        self._seconds = int(settings.wa_console_session_seconds)

    async def check(self, asked: SignIn, request: Request) -> Vouched:
        """Return who it is. Raises HTTPException: 401, 403, 429, or 503 without Supabase's Auth."""
        name, address = asked.name.strip(), self._address_of(request)
        wait = max(self._of_names.wait_for(name), self._of_addresses.wait_for(address))
        if wait:
            self._refuse("too_many")
            raise HTTPException(
                429, "too many attempts: wait a while", {"Retry-After": str(int(wait) + 1)}
            )
        # Counted before it is checked, so that those who ask all at once are bounded as well.
        self._of_names.begin(name)
        self._of_addresses.begin(address)
        try:
            found = await self._find(asked, name)
        except SignInError as error:
            self._refuse("refused")
            raise HTTPException(error.status, str(error)) from None
        self._of_names.forget(name)
        self._of_addresses.forgive(address)
        return found

    def begin(self, found: Vouched, request: Request, response: Response) -> None:
        """Give the browser a session of its own; one that it had is over."""
        self._sessions.end(self._token_of(request))
        token = self._sessions.begin(found.person, found.until, found.refresh_token)
        is_secure = _is_secure(request)
        response.set_cookie(
            _cookie_name(is_secure=is_secure),
            token,
            max_age=self._seconds,
            httponly=True,
            secure=is_secure,
            samesite="strict",
        )
        self._metrics.count_sign_in("let_in")

    async def find(self, request: Request) -> Person:
        """Return whose request it is. Raises HTTPException 401, and 503 without Supabase's Auth."""
        token = self._token_of(request)
        session = self._sessions.find(token)
        if session is None:
            raise HTTPException(401, "sign in")
        if not self._sessions.is_confirmed(session):
            await self._confirm(session, token)
        return session.person

    def end(self, request: Request, response: Response) -> Session | None:
        """End the session for every copy of its cookie, and return it."""
        is_secure = _is_secure(request)
        response.delete_cookie(
            _cookie_name(is_secure=is_secure), httponly=True, secure=is_secure, samesite="strict"
        )
        return self._sessions.end(self._token_of(request))

    async def _find(self, asked: SignIn, name: str) -> Vouched:
        """Return who it is. Raises SignInError."""
        if asked.token is not None:
            if self._auth is None:
                raise SignInError("nobody signs in by a token here")
            found = await self._auth.read(asked.token)
        elif name not in self._people and self._auth is not None and self._auth.takes_passwords:
            found = await self._auth.sign_in(name, asked.password)
        else:
            person = await self._passwords.check(name, asked.password)
            if person is None:
                raise SignInError("wrong name or password")
            found = Vouched(person, math.inf)
        return self._served(found)

    async def _confirm(self, session: Session, token: str | None) -> None:
        async with session.renewing:
            if self._sessions.is_confirmed(session):
                return
            try:
                vouched = await self._renew(session.refresh_token)
            except SignInError as error:
                if error.status < 500:
                    self._sessions.end(token)
                raise HTTPException(error.status, str(error)) from None
            session.person = vouched.person
            session.confirmed_until = vouched.until
            session.refresh_token = vouched.refresh_token or session.refresh_token

    async def _renew(self, refresh_token: str | None) -> Vouched:
        if self._auth is None or refresh_token is None:
            raise SignInError("sign in again")
        return self._served(await self._auth.renew(refresh_token))

    def _served(self, vouched: Vouched) -> Vouched:
        if (role := vouched.person.role) not in self._roles:
            raise SignInError(f"this desk has no database connection for a {role}", 403)
        return vouched

    def _refuse(self, outcome: str) -> None:
        self._metrics.count_sign_in(outcome)
        logger.warning("CONSOLE_SIGN_IN_REFUSED", outcome=outcome)

    def _address_of(self, request: Request) -> str:
        forwarded = request.headers.get("x-forwarded-for")
        if self._trusts_proxy and forwarded:
            return forwarded.rpartition(",")[2].strip()
        return request.client.host if request.client else ""

    @staticmethod
    def _token_of(request: Request) -> str | None:
        return request.cookies.get(_cookie_name(is_secure=_is_secure(request)))


def _is_secure(request: Request) -> bool:
    return not is_loopback(request.url.hostname or "")


def _cookie_name(*, is_secure: bool) -> str:
    # The prefix keeps other hosts of the domain from setting it.
    return "__Host-wa_console" if is_secure else "wa_console"
