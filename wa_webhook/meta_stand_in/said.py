"""What a person can say to the bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


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
