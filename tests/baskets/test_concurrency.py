"""People who act at the same moment, each on a connection of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from tests.baskets.callers import AtOnce, Baskets, call

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from psycopg import Connection
    from psycopg.rows import DictRow

ROUNDS = 12


def _join(person: UUID, basket: DictRow) -> Callable[[Connection[DictRow]], Any]:
    return lambda connection: call(
        connection,
        "basket_join_by_code",
        _profile_id=person,
        _whatsapp=None,
        _code=basket["share_token"],
    )


def _act(routine: str, person: UUID, basket: DictRow) -> Callable[[Connection[DictRow]], Any]:
    return lambda connection: call(
        connection, routine, _profile_id=person, _basket_id=basket["basket_id"]
    )


def _merge(merged: UUID, survivor: UUID) -> Callable[[Connection[DictRow]], Any]:
    def action(connection: Connection[DictRow]) -> None:
        with connection.transaction():
            connection.execute("select set_config('role', 'none', true)")
            connection.execute(
                "update public.profiles set whatsapp_e164 = null, wa_user_id = null,"
                " merged_into = %s where user_id = %s",
                [survivor, merged],
            )
            connection.execute(
                "update public.profiles set whatsapp_e164 = null where user_id = %s", [survivor]
            )
            connection.execute(
                "select wa.merge_basket_join_attempts(%(merged)s, %(survivor)s),"
                " wa.merge_basket_members(%(merged)s, %(survivor)s)",
                {"merged": merged, "survivor": survivor},
            )

    return action


def _states(results: list[Any]) -> list[str | None]:
    return [r.sqlstate if isinstance(r, psycopg.Error) else None for r in results]


def _assert_the_counts_are_true(baskets: Baskets, basket: DictRow) -> None:
    row, members = baskets.row(basket), baskets.members(basket)
    assert row["member_count"] == len(members)
    assert row["owner_count"] == list(members.values()).count("owner")


def test_either_the_owner_leaves_alone_or_the_newcomer_has_an_owner(
    baskets: Baskets, at_once: AtOnce
) -> None:
    for _ in range(ROUNDS):
        ann, bob = baskets.person(), baskets.person()
        basket = baskets.create(ann)
        results = at_once([_act("basket_leave", ann, basket), _join(bob, basket)])
        _assert_the_counts_are_true(baskets, basket)
        if _states(results) == ["WA025", None]:
            assert baskets.members(basket) == {ann: "owner", bob: "member"}
        else:
            assert _states(results) == [None, "WA024"]
            assert baskets.members(basket) == {}
            assert baskets.row(basket)["status"] == "closed"


def test_nobody_joins_after_the_close(baskets: Baskets, at_once: AtOnce) -> None:
    for _ in range(ROUNDS):
        ann = baskets.person()
        basket = baskets.create(ann)
        people = [baskets.person() for _ in range(6)]
        results = at_once(
            [_act("basket_close", ann, basket), *(_join(person, basket) for person in people)]
        )
        assert set(_states(results[1:])) <= {None, "WA024"}
        states = _states(results[1:])
        joined = {person for person, state in zip(people, states, strict=True) if state is None}
        assert set(baskets.members(basket)) == {ann} | joined
        _assert_the_counts_are_true(baskets, basket)


def test_one_person_who_joins_many_times_at_once_is_one_member(
    baskets: Baskets, at_once: AtOnce
) -> None:
    ann, bob = baskets.person(), baskets.person()
    basket = baskets.create(ann)
    results = at_once([_join(bob, basket)] * 10)
    assert _states(results) == [None] * 10
    assert baskets.members(basket) == {ann: "owner", bob: "member"}
    _assert_the_counts_are_true(baskets, basket)


def test_many_people_who_join_at_once_are_all_members(baskets: Baskets, at_once: AtOnce) -> None:
    basket = baskets.create(baskets.person())
    people = [baskets.person() for _ in range(12)]
    assert _states(at_once([_join(person, basket) for person in people])) == [None] * 12
    assert len(baskets.members(basket)) == 13
    _assert_the_counts_are_true(baskets, basket)


def test_one_person_who_leaves_twice_at_once_is_counted_once(
    baskets: Baskets, at_once: AtOnce
) -> None:
    ann, bob = baskets.person(), baskets.person()
    basket = baskets.create(ann)
    baskets.join(bob, basket["share_token"])
    results = at_once([_act("basket_leave", bob, basket)] * 4)
    assert sorted(_states(results), key=str) == [None, "WA021", "WA021", "WA021"]
    _assert_the_counts_are_true(baskets, basket)


def test_everybody_leaving_joining_and_closing_at_once_keeps_every_rule(
    baskets: Baskets, at_once: AtOnce
) -> None:
    for _ in range(ROUNDS):
        ann = baskets.person()
        basket = baskets.create(ann, is_public=True)
        members = [baskets.person() for _ in range(4)]
        for person in members:
            baskets.join(person, basket["share_token"])
        newcomers = [baskets.person() for _ in range(4)]
        results = at_once(
            [
                _act("basket_leave", ann, basket),
                _act("basket_close", ann, basket),
                *(_act("basket_leave", person, basket) for person in members),
                *(_join(person, basket) for person in newcomers),
            ]
        )
        assert set(_states(results)) <= {None, "WA021", "WA022", "WA024", "WA025"}
        _assert_the_counts_are_true(baskets, basket)
        row = baskets.row(basket)
        assert row["status"] == "closed" or row["owner_count"] > 0 or row["member_count"] == 0
        assert not set(members) & set(baskets.members(basket))


def test_a_merge_at_the_moment_of_joining_loses_no_membership(
    baskets: Baskets, at_once: AtOnce
) -> None:
    for _ in range(ROUNDS):
        ann, old, new = baskets.person(), baskets.person(), baskets.person()
        basket = baskets.create(ann)
        for person in (old, new):
            baskets.join(person, "0000000000")
        results = at_once([_merge(old, new), _join(old, basket), _join(new, basket)])
        assert _states(results) == [None, None, None]
        assert baskets.members(basket) == {ann: "owner", new: "member"}
        _assert_the_counts_are_true(baskets, basket)
