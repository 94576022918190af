"""The scenes of the demo, held through `wa_dispatch` on every version of PostgreSQL.

Each is the whole life of two baskets among three people, one of whom shows no phone number. The
demo holds them through signed webhooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wa_webhook.demo.baskets_in_english import BASKETS_IN_ENGLISH
from wa_webhook.demo.baskets_in_french import BASKETS_IN_FRENCH
from wa_webhook.demo.expectation import match_reply
from wa_webhook.meta_stand_in.said import Located, Tapped, Typed

if TYPE_CHECKING:
    from wa_webhook.demo.scenes import Photograph, Scene
    from wa_webhook.meta_stand_in.said import Said
    from wa_webhook.testing import Chat, Person


def send(person: Person, said: Said | Photograph, known: dict[str, str]) -> list[str]:
    match said:
        case Typed(text):
            return person.says(text.format_map(known))
        case Tapped(title):
            return person.taps(title)
        case Located(_, latitude, longitude):
            return person.shares_place(latitude, longitude)
    raise AssertionError(said)


@pytest.mark.parametrize(
    "scenes", [BASKETS_IN_ENGLISH, BASKETS_IN_FRENCH], ids=["english", "french"]
)
def test_three_people_create_share_join_fill_leave_close_and_find_baskets(
    chat: Chat, scenes: tuple[Scene, ...]
) -> None:
    known: dict[str, str] = {}
    for turn in (turn for scene in scenes for turn in scene.turns):
        person = chat.person(turn.who.name, phone=turn.who.phone, user_id=turn.who.user_id)
        replies = send(person, turn.says, known)
        assert len(replies) == len(turn.replies), (turn, replies)
        for expected, reply in zip(turn.replies, replies, strict=True):
            assert match_reply(expected, reply, known), f"{turn}\n\n{expected}\n\n{reply}"
