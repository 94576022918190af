"""Callers of the basket routines: by argument name, as flows and PostgREST call them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from uuid import UUID

    from psycopg import Connection
    from psycopg.rows import DictRow


def call(connection: Connection[DictRow], routine: str, /, **arguments: Any) -> list[DictRow]:
    """Call a public routine with named arguments and return its rows."""
    query = sql.SQL("select * from public.{}({})").format(
        sql.Identifier(routine),
        sql.SQL(", ").join(
            sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name))
            for name in arguments
        ),
    )
    return connection.execute(query, arguments).fetchall()


@dataclass
class Baskets:
    """The basket domain as a caller sees it."""

    connection: Connection[DictRow]
    admin: Connection[DictRow]
    _people: list[UUID] = field(default_factory=list)

    def person(self, name: str | None = None, *, has_phone: bool = True) -> UUID:
        """Add a profile; without a phone it is known by its BSUID alone."""
        number = len(self._people) + 1
        row = self.admin.execute(
            "insert into public.profiles (whatsapp_e164, wa_user_id, display_name)"
            " values (%s, %s, %s) returning user_id",
            [
                f"+2507880{number:05d}" if has_phone else None,
                f"RW.{number}",
                name,
            ],
        ).fetchone()
        assert row is not None
        self._people.append(row["user_id"])
        return self._people[-1]

    def create(
        self,
        owner: UUID,
        name: Any = "Savings",
        *,
        is_public: bool | None = False,
        goal: int | None = None,
        whatsapp: str | None = None,
    ) -> DictRow:
        (basket,) = call(
            self.connection,
            "basket_create",
            _profile_id=owner,
            _whatsapp=whatsapp,
            _name=name,
            _is_public=is_public,
            _goal_minor=goal,
        )
        return basket

    def join(self, person: UUID, code: str | None) -> list[DictRow]:
        return call(
            self.connection, "basket_join_by_code", _profile_id=person, _whatsapp=None, _code=code
        )

    def detail(self, person: UUID, basket: DictRow) -> DictRow:
        (row,) = self.act("basket_detail", person, basket)
        return row

    def act(self, routine: str, person: UUID, basket: DictRow, **more: Any) -> list[DictRow]:
        """Call one of the routines that take a profile and a basket first."""
        return call(
            self.connection, routine, _profile_id=person, _basket_id=basket["basket_id"], **more
        )

    def contribute(self, person: UUID, basket: DictRow, amount: Any, reference: Any) -> DictRow:
        (row,) = self.act(
            "basket_contribute", person, basket, _amount_minor=amount, _reference=reference
        )
        return row

    def place(self, owner: UUID, basket: DictRow, latitude: Any, longitude: Any) -> None:
        self.act("basket_set_place", owner, basket, _lat=latitude, _lng=longitude)

    def nearby(self, person: UUID, latitude: Any, longitude: Any, limit: Any = 10) -> list[DictRow]:
        return call(
            self.connection,
            "basket_discover_nearby",
            _profile_id=person,
            _lat=latitude,
            _lng=longitude,
            _limit=limit,
        )

    def merge(self, merged: UUID, survivor: UUID) -> None:
        """Make one profile of two, as a merge of identities does."""
        with self.admin.transaction():
            self.admin.execute(
                "update public.profiles set whatsapp_e164 = null, wa_user_id = null,"
                " merged_into = %s where user_id = %s",
                [survivor, merged],
            )
            self.connection.execute(
                "select wa.merge_basket_join_attempts(%(merged)s, %(survivor)s),"
                " wa.merge_basket_members(%(merged)s, %(survivor)s)",
                {"merged": merged, "survivor": survivor},
            )

    def row(self, basket: DictRow) -> DictRow:
        """Return the basket's own row, which no caller of the routines can read."""
        row = self.admin.execute(
            "select * from public.baskets where id = %s", [basket["basket_id"]]
        ).fetchone()
        assert row is not None
        return row

    def members(self, basket: DictRow) -> dict[UUID, str]:
        """Return the role of each member."""
        rows = self.admin.execute(
            "select user_id, role from public.basket_members where basket_id = %s",
            [basket["basket_id"]],
        ).fetchall()
        return {row["user_id"]: row["role"] for row in rows}


@contextmanager
def refused(sqlstate: str) -> Iterator[None]:
    """Expect an error with this SQLSTATE that says in detail and hint what an operator needs."""
    with pytest.raises(psycopg.Error) as raised:
        yield
    assert raised.value.sqlstate == sqlstate
    assert raised.value.diag.message_detail
    assert raised.value.diag.message_hint


@dataclass
class AtOnce:
    """Runs callables at the same moment, each on a connection of its own."""

    connect: Callable[[], Connection[DictRow]]
    _connections: list[Connection[DictRow]] = field(default_factory=list)

    def __call__(self, actions: Sequence[Callable[[Connection[DictRow]], Any]]) -> list[Any]:
        """Return what each action returned or the database error it raised, in order."""
        barrier = threading.Barrier(len(actions))
        while len(self._connections) < len(actions):
            self._connections.append(self.connect())

        def run(number: int) -> Any:
            barrier.wait(timeout=30)
            try:
                return actions[number](self._connections[number])
            except psycopg.Error as error:
                return error

        with ThreadPoolExecutor(len(actions)) as pool:
            return list(pool.map(run, range(len(actions))))
