"""Any sequence of calls by anybody does what a model of the rules says, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg.rows import DictRow

    from tests.baskets.callers import Baskets

PEOPLE = 4
ACTIONS = ["join", "leave", "close", "contribute"]


@dataclass
class Model:
    """The rules for one private basket in a few lines: each action answers with its SQLSTATE."""

    members: dict[UUID, str] = field(default_factory=dict)
    is_open: bool = True
    balance: int = 0

    def join(self, person: UUID) -> str | None:
        if person not in self.members:
            if not self.is_open:
                return "WA024"
            self.members[person] = "member"
        return None

    def leave(self, person: UUID) -> str | None:
        role = self.members.get(person)
        if role is None:
            return "WA021"
        if role == "owner" and self.is_open and len(self.members) > 1:
            return "WA025"
        del self.members[person]
        self.is_open = self.is_open and bool(self.members)
        return None

    def close(self, person: UUID) -> str | None:
        role = self.members.get(person)
        if role != "owner":
            return "WA023" if role else "WA021"
        self.is_open = False
        return None

    def contribute(self, person: UUID) -> str | None:
        if person not in self.members:
            return "WA021"
        if not self.is_open:
            return "WA024"
        self.balance += 10
        return None


def _act(baskets: Baskets, action: str, person: UUID, basket: DictRow, step: int) -> str | None:
    try:
        if action == "join":
            baskets.join(person, basket["share_token"])
        elif action == "contribute":
            baskets.contribute(person, basket, 10, f"{basket['basket_id']}-{step}")
        else:
            baskets.act(f"basket_{action}", person, basket)
    except psycopg.Error as error:
        return error.sqlstate
    return None


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(ACTIONS), st.integers(0, PEOPLE - 1)), min_size=1, max_size=25
    )
)
def test_any_sequence_of_calls_keeps_the_rules(
    baskets: Baskets, steps: list[tuple[str, int]]
) -> None:
    people = [baskets.person() for _ in range(PEOPLE)]
    basket = baskets.create(people[0])
    model = Model({people[0]: "owner"})
    for number, (action, who) in enumerate(steps):
        expected = getattr(model, action)(people[who])
        assert _act(baskets, action, people[who], basket, number) == expected
    row = baskets.row(basket)
    assert baskets.members(basket) == model.members
    assert row["member_count"] == len(model.members)
    assert (row["status"] == "open") == model.is_open
    stored = baskets.admin.execute(
        "select wa.basket_balance(%s) as balance", [basket["basket_id"]]
    ).fetchone()
    assert stored == {"balance": model.balance}
