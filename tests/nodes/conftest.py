"""A business that is on a node, and how one asks it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.fixtures.citus import OPTION
from wa_webhook.migrate import Migrator, find_db_folder, read_whole_source
from wa_webhook.naming.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wa_webhook.migrate import Source

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Business:
    """One that is on a node: `ports` are those of all nodes, the coordinator's first.

    `home` is the port of the node that it is on.
    """

    url: str
    names: Names
    ports: list[int]
    home: int

    def ask(self, query: str, *parameters: Any, role: str, port: int = 0) -> list[Row]:
        as_role = {"user": role} if role else {}
        url = make_conninfo(self.url, port=port or self.ports[0], **as_role)
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(
                query.replace(" wa.", f" {self.names.schema}.").encode(), parameters
            ).fetchall()

    def change(self, statement: str) -> None:
        """Execute it as the administrator."""
        with psycopg.connect(self.url, autocommit=True) as owner:
            owner.execute(statement.replace(" wa.", f" {self.names.schema}.").encode())


@pytest.fixture(scope="session")
def business(request: pytest.FixtureRequest) -> Iterator[Business]:
    url = request.config.getoption(OPTION)
    with made_business(url, read_whole_source(find_db_folder())) as one:
        yield one


@contextmanager
def made_business(url: str, source: Source) -> Iterator[Business]:
    """Make a business of `source` on a node, and drop it."""
    schema = f"t{uuid4().hex[:12]}"
    names = Names(schema=schema, private_schema=schema)
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as owner:
        owner.execute("set client_min_messages to warning")
        try:
            Migrator(owner, source, names=names).run()
            for role in (names.edge_role, names.notifier_role, names.operator_role):
                owner.execute(sql.SQL("alter role {} login").format(sql.Identifier(role)))
            ports = owner.execute(
                "select nodeport from pg_dist_node order by groupid, nodeport"
            ).fetchall()
            home = owner.execute(
                "select nodeport from citus_shards where table_name = %s::regclass",
                (f"{schema}.settings",),
            ).fetchone()
            assert home
            yield Business(url, names, [port for (port,) in ports], *home)
        finally:
            owner.execute(
                sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
            )
            made = owner.execute(
                "select quote_ident(rolname) from pg_roles where rolname = any(%s)",
                (list(names.roles.values()),),
            ).fetchall()
            for (role,) in made:
                owner.execute(f"drop owned by {role}".encode())
                owner.execute(f"drop role {role}".encode())
