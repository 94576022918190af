"""Every table that refers to people says how they are erased from it, a team's own as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.dispatching import value, values
from tests.fixtures.names import with_default_names

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.person.life import Life

TABLE = """
    create table public.orders (
        id bigint generated always as identity primary key,
        buyer uuid references public.profiles (user_id),
        item text
    );
    alter table public.orders enable row level security;
    insert into public.orders (buyer, item)
    select user_id, 'a xylophone' from public.profiles;
"""
GRANTS = """
    grant select, delete on public.orders to wa_privacy;
    create policy orders_privacy on public.orders to wa_privacy using (true);
"""
RULES = """
    create function wa.erase_orders(p_user_ids uuid[]) returns bigint language plpgsql volatile
    security definer set search_path = pg_catalog, pg_temp as $$
    begin
      update public.orders set item = 'something' where buyer = any(p_user_ids);
      return 1;
    end $$;
    create function wa.export_orders(p_user_ids uuid[]) returns jsonb language plpgsql stable
    security definer set search_path = pg_catalog, pg_temp as $$
    begin
      return jsonb_build_array('what was bought');
    end $$;
    grant execute on function wa.erase_orders, wa.export_orders to wa_privacy;
"""
ITEMS = "select item from public.orders join public.profiles on user_id = buyer"


def test_every_table_that_ships_says_how(connection: Connection[DictRow]) -> None:
    silent = "select relation::text from wa.list_tables_about_people() where not is_erasable"
    assert values(connection, silent) == []


def test_they_are_locked_in_the_order_in_which_everybody_locks(
    connection: Connection[DictRow],
) -> None:
    tables = values(connection, "select table_name from wa.list_tables_about_people()")
    assert tables == ["wa_events", "notifications", *sorted(tables[2:])]


def test_a_table_that_does_not_is_named_before_anything_is_erased(life: Life) -> None:
    life.owner.execute(TABLE.encode())
    with pytest.raises(psycopg.Error) as refusal:
        life.erase()
    assert refusal.value.sqlstate == "WA044"
    assert "orders" in str(refusal.value)
    assert life.user_id
    problems = value(life.operator, "select public.wa_status() -> 'problems'")
    told = [
        with_default_names(one["message"])
        for one in problems
        if one["code"] == "people_not_erasable"
    ]
    assert told == ["nothing says how people are erased from public.orders"]


def test_the_statements_of_the_hint_make_its_rows_go(life: Life) -> None:
    life.owner.execute(TABLE.encode())
    with pytest.raises(psycopg.Error) as refusal:
        life.erase()
    hint = refusal.value.diag.message_hint or ""
    life.owner.execute(hint.partition(": ")[2].partition("; else")[0].encode())
    assert life.erase()["rows"]["orders"] > 0
    assert values(life.owner, f"{ITEMS} where erased_at is not null") == []
    assert values(life.owner, ITEMS) == ["a xylophone"]


def test_a_grant_without_a_policy_is_not_enough(life: Life) -> None:
    life.owner.execute((TABLE + GRANTS.partition(";")[0]).encode())
    with pytest.raises(psycopg.Error) as refusal:
        life.erase()
    assert refusal.value.sqlstate == "WA044"


def test_rules_of_its_own_come_first(life: Life) -> None:
    life.owner.execute((TABLE + RULES).encode())
    answer = value(life.operator, "select public.wa_export_profile(%s)", str(life.user_id))
    assert answer["orders"] == ["what was bought"]
    life.erase()
    assert set(values(life.owner, f"{ITEMS} where erased_at is not null")) == {"something"}
