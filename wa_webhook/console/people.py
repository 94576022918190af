"""People of a small team, and the passwords that they sign in with."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST_NAME = 100
SHORTEST_PASSWORD = 10
_LONGEST_PASSWORD = 1024
_COST = {"n": 2**15, "r": 8, "p": 1}
_MEMORY = 64 * 1024 * 1024
_AT_ONCE = 2
"""Each check takes 32 MiB and a tenth of a second, whoever asks for it."""


class Role(StrEnum):
    """What somebody is at the desk: which database role their calls are made as."""

    READER = "reader"
    AGENT = "agent"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Person:
    """Who is signed in: what colleagues call them, and what they are."""

    name: str
    role: Role


@dataclass(frozen=True)
class Known:
    """A person with the hash of their password."""

    person: Person
    salt: bytes
    digest: bytes


class PeopleError(ValueError):
    """An entry that is none; the message names its place and never what is in it."""


def describe(name: str, role: str, password: str) -> str:
    """Return the entry of WA_CONSOLE_PEOPLE for a person. Raises PeopleError."""
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise PeopleError(f"a password has {SHORTEST_PASSWORD} characters or more")
    salt = secrets.token_bytes(16)
    entry = ":".join((name.strip(), role, _encode(salt), _encode(_digest(password, salt))))
    read_people(entry)
    return entry


def read_people(text: str) -> dict[str, Known]:
    """Return people by their names. `text`: entries name:role:salt:hash, separated by commas.

    Raises PeopleError.
    """
    people: dict[str, Known] = {}
    for place, entry in enumerate((one for part in text.split(",") if (one := part.strip())), 1):
        try:
            name, role, salt, digest = entry.split(":")
            known = Known(Person(name, Role(role)), _decode(salt), _decode(digest))
        except (ValueError, binascii.Error):
            raise PeopleError(
                f"entry {place} is not name:reader|agent|operator:salt:hash; make it with"
                " wa-webhook console --person NAME:ROLE"
            ) from None
        if not name.isprintable() or not 1 <= len(name) <= LONGEST_NAME:
            raise PeopleError(f"the name of entry {place} is empty or too long")
        if name in people:
            raise PeopleError(f"entry {place} has the name of an earlier one")
        people[name] = known
    return people


class Passwords:
    """Says who a name and a password belong to, at the same pace for all."""

    def __init__(self, people: Mapping[str, Known]) -> None:
        self._people = people
        self._nobody = Known(Person("", Role.READER), secrets.token_bytes(16), b"")
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def check(self, name: str, password: str) -> Person | None:
        """Return the person, or None. What nobody is called takes as long as a wrong password."""
        known = self._people.get(name, self._nobody)
        async with self._turns:
            digest = await asyncio.to_thread(_digest, password[:_LONGEST_PASSWORD], known.salt)
        is_right = hmac.compare_digest(digest, known.digest)
        return known.person if is_right else None


class Attempts:
    """Bounds how often signing in may fail for one name, or from one address."""

    def __init__(
        self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_for(self, key: str) -> float:
        """Return the seconds until another attempt is allowed: 0 when one is."""
        failures = self._failures.get(key)
        if not failures or len(failures) < self._most:
            return 0.0
        return max(0.0, failures[0] + self._seconds - self._clock())

    def begin(self, key: str) -> None:
        """Count an attempt as failed. Of all keys those are forgotten first that are quiet."""
        failures = self._failures.setdefault(key, deque(maxlen=self._most))
        failures.append(self._clock())
        self._failures.move_to_end(key)
        if len(self._failures) > _MOST_KEYS:
            self._failures.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Take back the count of an attempt that succeeded."""
        if failures := self._failures.get(key):
            failures.pop()

    def forget(self, key: str) -> None:
        """Begin anew, after a success."""
        self._failures.pop(key, None)


_MOST_KEYS = 10_000


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, maxmem=_MEMORY, dklen=32, **_COST)


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _decode(text: str) -> bytes:
    value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if len(value) < 16:
        raise ValueError
    return value
