"""People at the market, and a worker who fetches their pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tests.fixtures.postgres import Database
    from wa_webhook.testing import Chat, Heard, Person

KIMIRONKO = (-1.9441, 30.1264)
REMERA = (-1.9579, 30.1127)
"""Two kilometres from the other."""
GISENYI = (-1.7028, 29.2564)
"""A hundred kilometres away."""

FETCHED = {"size_bytes": 5, "mime_type": "image/jpeg"}


@pytest.fixture
def ana(chat: Chat) -> Person:
    """Somebody who sells."""
    ana = chat.person("Ana")
    ana.says("hello")
    return ana


@pytest.fixture
def bruno(chat: Chat) -> Person:
    """Somebody who buys, and whom Meta names by a business-scoped id alone."""
    bruno = chat.person("Bruno", user_id="FR.2002")
    bruno.says("hello")
    return bruno


@pytest.fixture
def fetch(chat: Chat, database: Database) -> Callable[..., None]:
    """`fetch()`: the worker comes and has the pictures, unless they are `refused`."""

    def fetch_pictures(refused: str | None = None) -> None:
        with psycopg.connect(database.url("wa_worker_role"), autocommit=True) as worker:
            claimed = worker.execute(
                "select id, lock_token, input ->> 'media'"
                " from public.wa_tasks_claim('test', '{media.fetch}', 10)"
            ).fetchall()
            results = [
                {
                    "id": task,
                    "lock_token": str(token),
                    "outcome": "done",
                    "result": {"media": int(media)}
                    | ({"refused": refused} if refused else FETCHED),
                }
                for task, token, media in claimed
            ]
            worker.execute("select public.wa_tasks_settle(%s)", (Jsonb(results),))
        chat.deliver()

    return fetch_pictures


def offer(
    seller: Person,
    title: str = "Red bicycle",
    price: str = "50",
    place: tuple[float, float] = KIMIRONKO,
) -> Heard:
    """Offer something without a picture."""
    seller.says("sell").says(title).says(price).shares_place(*place).taps("No picture")
    return seller.taps("Yes, offer it")


def offer_id(chat: Chat) -> UUID:
    """Return the id of the only offer."""
    (row,) = chat.rows("select offer_id from wa.market_offers")
    found: UUID = row["offer_id"]
    return found


def look_at(buyer: Person, word: str = "bicycle", title: str = "Red bicycle") -> Heard:
    """Look for a word and open the offer of that title."""
    return buyer.says("buy").says(word).taps(title)


def ask(buyer: Person, question: str, word: str = "bicycle") -> Heard:
    """Ask the seller of the first thing that is found."""
    look_at(buyer, word)
    return buyer.taps("Ask the seller").says(question)
