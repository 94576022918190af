"""What a scene is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


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


@dataclass(frozen=True)
class Typed:
    """A text message; `{name}` is what an earlier reply showed there."""

    text: str


@dataclass(frozen=True)
class Tapped:
    """The button or row of that title, in the latest message that offered it."""

    title: str


@dataclass(frozen=True)
class Located:
    """A shared place, in degrees."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Sent:
    """A message of any other type, with Meta's content for it."""

    message_type: str
    content: Mapping[str, Any]


Said = Typed | Tapped | Located | Sent


@dataclass(frozen=True)
class Turn:
    """One message, and every reply that it must bring, in order.

    A reply is written as `render_message` shows it, where `{name}` stands for one word that may be
    any the first time and is the same from then on. `others` are replies to other people. `copies`
    are posted at the same moment; with `is_forged` the signature is wrong.
    """

    who: Person
    says: Said
    replies: tuple[str, ...] = ()
    others: Mapping[Person, tuple[str, ...]] = field(default_factory=dict)
    copies: int = 1
    is_forged: bool = False

    @property
    def status(self) -> int:
        """The HTTP status that each copy must be answered with."""
        return 401 if self.is_forged else 200


@dataclass(frozen=True)
class Scene:
    """A part of the conversation, with a title for the reader."""

    title: str
    turns: tuple[Turn, ...]
