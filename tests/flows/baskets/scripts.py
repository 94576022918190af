"""What people do before the part that a test is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wa_webhook.testing import Person

KIMIRONKO = (-1.95, 30.06)


def create_basket(
    owner: Person,
    name: str = "Wedding",
    *,
    is_public: bool = False,
    place: tuple[float, float] | None = None,
) -> str:
    """Create a basket without a goal and return its code."""
    owner.says("new basket")
    owner.says(name)
    owner.taps("Public" if is_public else "Private")
    owner.taps("No goal")
    if is_public and place is None:
        owner.says("skip")
    elif place is not None:
        owner.shares_place(*place)
    _, detail = owner.taps("Yes, create")
    found = re.search(r"Code: (\w+)", detail)
    assert found is not None, detail
    return found[1]


def join_basket(person: Person, code: str) -> None:
    """Join as with a link."""
    person.says(f"JB:{code}")
    person.taps("Join")
