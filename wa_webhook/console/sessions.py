"""Who is signed in, by what their browser keeps.

A cookie holds nothing but 256 random bits: nobody can make one up, and signing out ends it for
every copy. Sessions live in the process, which is one; when it starts anew, people sign in again.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wa_webhook.console.people import Person

_MOST = 10_000


@dataclass
class Session:
    """One browser of a person. Times are seconds of the clock.

    confirmed_until: until when whoever vouches for the person has done so; refresh_token: what
    they are asked with again, None where the session ends then.
    """

    person: Person
    ends_at: float
    confirmed_until: float
    refresh_token: str | None = None
    renewing: asyncio.Lock = field(default_factory=asyncio.Lock)


class Sessions:
    """The sessions of this process."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.time) -> None:
        self._seconds = seconds
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    def begin(self, person: Person, confirmed_until: float, refresh_token: str | None) -> str:
        """Begin a session, and return what its cookie holds."""
        now = self._clock()
        self._sessions = {key: one for key, one in self._sessions.items() if one.ends_at > now}
        while len(self._sessions) >= _MOST:
            self._sessions.pop(next(iter(self._sessions)))
        token = secrets.token_urlsafe(32)
        ends_at = now + self._seconds
        self._sessions[_key(token)] = Session(person, ends_at, confirmed_until, refresh_token)
        return token

    def find(self, token: str | None) -> Session | None:
        """Return the session of a cookie, or None: there was none, or it is over."""
        session = self._sessions.get(_key(token)) if token else None
        if session is None or session.ends_at <= self._clock():
            return None
        return session

    def is_confirmed(self, session: Session) -> bool:
        """Say whether nobody has to be asked again."""
        return session.confirmed_until > self._clock()

    def end(self, token: str | None) -> Session | None:
        """End the session of a cookie, and return it."""
        return self._sessions.pop(_key(token), None) if token else None


def _key(token: str) -> str:
    # What is looked up is no secret, so that the time it takes tells nothing.
    return hashlib.sha256(token.encode()).hexdigest()
