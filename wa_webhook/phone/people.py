"""Who holds a phone: people whom Meta shows by their number, by their BSUID, or by both."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from wa_webhook.meta_stand_in.people import ANA, BRUNO, CHIARA, Person
from wa_webhook.meta_stand_in.validation import USER_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KnownBy = Literal["number", "user_id", "both"]
FIRST = (ANA, BRUNO, CHIARA)

_NAMES = ("Diana", "Emil", "Fatima", "Gisèle", "Hugo", "Inès", "Jonas", "Keza", "Lucía", "Mateo")
_NUMBER = re.compile(r"[1-9][0-9]{6,14}")


class PersonError(ValueError):
    """There can be no such person; the message says why."""


class People:
    """Everybody who has a phone on the screen, each under a key for addresses of the page."""

    def __init__(self, first: Iterable[Person] = FIRST) -> None:
        self._people: dict[str, Person] = {}
        for person in first:
            self._add(person)

    def __iter__(self) -> Iterator[tuple[str, Person]]:
        """Yield keys and people, in the order in which they came."""
        return iter(self._people.items())

    def __getitem__(self, key: str) -> Person:
        """Return somebody. Raises KeyError."""
        return self._people[key]

    def find(self, address: str) -> str | None:
        """Return the key of whom Meta knows by a number in digits, or by a BSUID."""
        for key, person in self._people.items():
            if address in (person.phone, person.user_id):
                return key
        return None

    def meet(self, address: str) -> str:
        """Return the key of whom Meta knows by this, a stranger if need be."""
        if (key := self.find(address)) is not None:
            return key
        if USER_ID.match(address):
            return self._add(Person(address, user_id=address))
        return self._add(Person(f"+{address}", phone=address))

    def remember(self, person: Person) -> str:
        """Return the key of somebody who was there before, and is now as they were then."""
        for address in (person.phone, person.user_id):
            if address is not None and (key := self.find(address)) is not None:
                self._people[key] = person
                return key
        return self._add(person)

    def invite(self, known_by: KnownBy, name: str = "", number: str = "", user_id: str = "") -> str:
        """Return the key of a new person, of whom what is not given is made up.

        Raises PersonError.
        """
        number = re.sub(r"[\s()+.-]", "", number)
        if number and not _NUMBER.fullmatch(number):
            raise PersonError("a number has its country code and 7 to 15 digits: +34 600 111 222")
        if user_id and not USER_ID.match(user_id):
            raise PersonError("a BSUID is a country, a point and letters or digits: ES.1001")
        if taken := next((one for one in (number, user_id) if one and self.find(one)), None):
            raise PersonError(f"somebody has {taken} already")
        return self._add(
            Person(
                name.strip() or self._unused_name(),
                phone=None if known_by == "user_id" else number or _some_number(),
                user_id=None if known_by == "number" else user_id or f"ES.{_some_digits()}",
            )
        )

    def change_number(self, key: str) -> Person:
        """Give somebody a new number, and the new BSUID that goes with it. Raises KeyError."""
        person = self._people[key]
        user_id = None if person.user_id is None else f"{person.user_id[:2]}.{_some_digits()}"
        self._people[key] = replace(person, phone=_some_number(), user_id=user_id)
        return self._people[key]

    def share_number(self, key: str) -> str:
        """Return somebody's number, which Meta shows from now on. Raises KeyError."""
        person = self._people[key]
        number = person.phone or _some_number()
        self._people[key] = replace(person, phone=number)
        return number

    def _add(self, person: Person) -> str:
        key = str(len(self._people) + 1)
        self._people[key] = person
        return key

    def _unused_name(self) -> str:
        taken = {person.name for person in self._people.values()}
        return next((name for name in _NAMES if name not in taken), f"Person {len(taken) + 1}")


def _some_number() -> str:
    return f"34600{_some_digits()}"


def _some_digits() -> str:
    return f"{random.randrange(10**6):06}"  # noqa: S311
