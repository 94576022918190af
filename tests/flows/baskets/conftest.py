"""People who are in the middle of something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from wa_webhook.testing import Chat, Person


@pytest.fixture
def ana(chat: Chat) -> Person:
    """Somebody at home."""
    ana = chat.person("Ana", phone="34600111222", user_id="ES.1001")
    ana.says("hello")
    return ana


@pytest.fixture
def bruno(chat: Chat) -> Person:
    """Somebody else at home."""
    bruno = chat.person("Bruno", phone="33612345678")
    bruno.says("hello")
    return bruno
