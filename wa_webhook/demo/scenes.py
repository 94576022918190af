"""What a scene is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wa_webhook.meta_stand_in.people import Person
    from wa_webhook.meta_stand_in.said import Said


@dataclass(frozen=True)
class Photograph:
    """A JPEG that a person sends."""

    file: Path


@dataclass(frozen=True)
class Turn:
    """One message, and every reply that it must bring, in order.

    A reply is written as `render_message` shows it, where `{name}` stands for one word that may be
    any the first time and is the same from then on. `others` are replies to other people. `copies`
    are posted at the same moment; with `is_forged` the signature is wrong.
    """

    who: Person
    says: Said | Photograph
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
