"""Who talks to the bot, in the demo and while developing: one of each kind that Meta shows us."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A user as Meta shows them: by phone number (digits), by business-scoped id, or by both."""

    name: str
    phone: str | None = None
    user_id: str | None = None

    @property
    def address(self) -> str:
        """Where replies go: the phone number if it is known."""
        return self.phone or self.user_id or ""


ANA = Person("Ana", phone="34600111222", user_id="ES.1001")
BRUNO = Person("Bruno", phone="33612345678")
CHIARA = Person("Chiara", user_id="IT.3003")

DIANA = Person("Diana", phone="250788000001", user_id="RW.4004")
EMIL = Person("Emil", phone="4915112345678")
FATIMA = Person("Fatima", user_id="MA.6006")

GISELE = Person("Gisèle", phone="33698765432", user_id="FR.7007")
HUGO = Person("Hugo", phone="32470123456")
INES = Person("Inès", user_id="BE.9009")
