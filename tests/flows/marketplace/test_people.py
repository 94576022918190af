"""The market's rules when people are erased, merge, or act at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.fixtures.offered import with_offered_flows
from tests.flows.marketplace.conftest import KIMIRONKO, ask, look_at, offer, offer_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from wa_webhook.testing import Chat, Person

pytestmark = [with_offered_flows, pytest.mark.any_server]

TABLES = ("market_offers", "market_talks", "market_lines", "market_reports")


def profile(chat: Chat, person: Person) -> UUID:
    (row,) = chat.rows("select wa.find_person(%s) as user_id", person.address)
    found: UUID = row["user_id"]
    return found


def count(chat: Chat) -> dict[str, int]:
    return {
        table: chat.rows(f"select count(*) as rows from wa.{table}")[0]["rows"] for table in TABLES
    }


def refused(connection: Connection[DictRow], call: str, *values: object) -> str | None:
    with pytest.raises(psycopg.Error) as raised:
        connection.execute(f"select public.{call}".encode(), values)
    return raised.value.sqlstate


def test_nothing_is_left_of_a_seller_who_is_erased_and_the_buyer_is_told(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    offer(ana)
    ask(bruno, "Still there?")
    ana.taps("Answer").says("Call the one with the xylophone")
    chat.rows("select public.wa_erase_profile(%s)", ana.address)
    assert set(count(chat).values()) == {0}
    assert (
        chat.rows("select from public.notifications where strpos(payload::text, 'xylophone') > 0")
        == []
    )
    assert bruno.taps("Answer")[0] == "This offer is not there any more, and nobody to write to."


def test_a_buyer_is_handed_out_and_then_forgotten(chat: Chat, ana: Person, bruno: Person) -> None:
    offer(ana)
    ask(bruno, "Still there?")
    look_at(bruno).taps("Report").taps("Yes")
    (row,) = chat.rows("select public.wa_export_profile(%s) as told", bruno.address)
    assert [len(row["told"][table]) for table in TABLES] == [0, 1, 1, 1]
    chat.rows("select public.wa_erase_profile(%s)", bruno.address)
    assert count(chat) == {
        "market_offers": 1,
        "market_talks": 0,
        "market_lines": 0,
        "market_reports": 0,
    }
    assert ana.taps("Answer")[0] == "This offer is not there any more, and nobody to write to."


def test_two_buyers_who_are_one_person_have_one_talk(chat: Chat, ana: Person) -> None:
    offer(ana)
    by_phone = chat.person("Cara", phone="34600111888")
    by_id = chat.person("Cara", user_id="ES.3003")
    for one in (by_phone, by_id):
        ask(one, "Still there?")
        look_at(one).taps("Report").taps("Yes")
    chat.person("Cara", phone="34600111888", user_id="ES.3003").says("hello")
    assert count(chat) == {
        "market_offers": 1,
        "market_talks": 1,
        "market_lines": 2,
        "market_reports": 1,
    }


def test_a_talk_that_either_had_ended_is_over_and_those_of_others_go_on(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    offer(ana)
    by_phone = chat.person("Cara", phone="34600111888")
    by_id = chat.person("Cara", user_id="ES.3003")
    for one in (bruno, by_phone, by_id):
        ask(one, "Still there?")
    chat.owner.execute(
        "update wa.market_talks set ended_at = now() where buyer_id = %s", [profile(chat, by_id)]
    )
    chat.person("Cara", phone="34600111888", user_id="ES.3003").says("hello")
    talks = chat.rows("select buyer_id, ended_at is not null as is_over from wa.market_talks")
    assert {talk["buyer_id"]: talk["is_over"] for talk in talks} == {
        profile(chat, bruno): False,
        profile(chat, by_phone): True,
    }


def test_a_seller_and_a_buyer_who_are_one_person_talk_no_more(chat: Chat) -> None:
    seller = chat.person("Dina", phone="34600111999")
    buyer = chat.person("Dina", user_id="ES.4004")
    offer(seller)
    ask(buyer, "Still there?")
    look_at(buyer).taps("Report").taps("Yes")
    dina = chat.person("Dina", phone="34600111999", user_id="ES.4004")
    assert dina.says("my offers")[0].endswith("- Red bicycle: 50 USD · Open")
    assert count(chat) == {
        "market_offers": 1,
        "market_talks": 0,
        "market_lines": 0,
        "market_reports": 0,
    }


def test_the_routines_refuse_what_is_not_the_profiles_or_makes_no_sense(
    chat: Chat, ana: Person, bruno: Person, connection: Connection[DictRow]
) -> None:
    offer(ana)
    the_offer, seller, buyer = offer_id(chat), profile(chat, ana), profile(chat, bruno)
    nobody = "00000000-0000-4000-8000-000000000000"
    create = "market_create(%s, %s, %s, %s, %s, %s)"
    assert [
        refused(connection, "market_close(%s, %s)", buyer, the_offer),
        refused(connection, "market_renew(%s, %s)", buyer, nobody),
        refused(connection, "market_ask(%s, %s, 'Mine?')", seller, the_offer),
        refused(connection, "market_report(%s, %s)", seller, the_offer),
        refused(connection, "market_ask(%s, %s, %s)", buyer, the_offer, " \n"),
        refused(connection, "market_ask(%s, %s, %s)", buyer, the_offer, "x" * 701),
        refused(connection, "market_reply(%s, %s, 'Hi')", buyer, nobody),
        refused(connection, "market_detail(%s, %s)", nobody, the_offer),
        refused(connection, create, buyer, "\u200b", 5, *KIMIRONKO, None),
        refused(connection, create, buyer, "Lamp", -1, *KIMIRONKO, None),
        refused(connection, create, buyer, "Lamp", 5, 91.0, 0.0, None),
        refused(connection, create, buyer, "Lamp", 5, *KIMIRONKO, 17),
        refused(connection, "market_search(%s, null, null, null, 0)", buyer),
        refused(connection, "market_search(%s, null, null, 5.0, 9)", buyer),
    ] == [
        *["WA081", "WA080", "WA082", "WA082", "WA083", "WA083", "WA080", "WA020"],
        *["WA083", "WA084", "WA029", "WA087", "WA030", "WA029"],
    ]


def test_a_picture_of_somebody_else_is_not_offered(
    chat: Chat, ana: Person, bruno: Person, fetch: Callable[..., None]
) -> None:
    ana.says("sell").says("Lamp").says("5").shares_place(*KIMIRONKO).sends_picture()
    fetch()
    (media,) = chat.rows("select id from wa.media")
    assert (
        refused(
            chat.owner, "market_create(%s, 'Lamp', 5, 0, 0, %s)", profile(chat, bruno), media["id"]
        )
        == "WA087"
    )


def test_nobody_but_the_flows_calls_its_routines(
    connect: Connect, connection: Connection[DictRow]
) -> None:
    executable = connection.execute(
        "select rolname, proname from pg_roles cross join pg_proc"
        " where pronamespace = 'public'::regnamespace and starts_with(proname, 'market_')"
        " and rolname = any(%s) and has_function_privilege(rolname, pg_proc.oid, 'execute')",
        (["wa_edge_role", "wa_worker_role", "wa_operator_role", "anon", "authenticated"],),
    )
    assert executable.fetchall() == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect("anon").execute("select public.market_list_mine(gen_random_uuid())")


def at_once(connect: Connect, *calls: tuple[str, tuple[object, ...]]) -> list[Any]:
    """Make the calls, each on a connection of its own, and return what came or the SQLSTATE."""

    def make(connection: Connection[DictRow], call: str, values: tuple[object, ...]) -> Any:
        try:
            return connection.execute(f"select {call} as told".encode(), values).fetchall()
        except psycopg.Error as error:
            return error.sqlstate

    opened = [connect() for _ in calls]
    with ThreadPoolExecutor(len(calls)) as threads:
        begun = [
            threads.submit(make, connection, *call)
            for connection, call in zip(opened, calls, strict=True)
        ]
        return [one.result() for one in begun]


def test_questions_wait_for_a_closing_and_a_closing_for_questions_but_not_for_each_other(
    chat: Chat, ana: Person, bruno: Person, connect: Connect
) -> None:
    offer(ana)
    cara = chat.person("Cara")
    cara.says("hello")
    seller, buyer, other = (profile(chat, one) for one in (ana, bruno, cara))
    first, second = connect(autocommit=False), connect()
    second.execute("set lock_timeout = '50ms'")
    ask_it, close = "market_ask(%s, %s, 'Mine?')", "market_close(%s, %s)"

    first.execute(f"select public.{ask_it}".encode(), (buyer, offer_id(chat)))
    second.execute(f"select public.{ask_it}".encode(), (other, offer_id(chat)))
    assert refused(second, close, seller, offer_id(chat)) == "55P03"
    first.commit()

    first.execute(f"select public.{close}".encode(), (seller, offer_id(chat)))
    assert refused(second, ask_it, other, offer_id(chat)) == "55P03"
    first.commit()
    assert refused(second, ask_it, other, offer_id(chat)) == "WA080"


def test_what_one_person_asks_twice_at_once_is_one_talk(
    chat: Chat, ana: Person, bruno: Person, connect: Connect
) -> None:
    offer(ana)
    buyer = profile(chat, bruno)
    asked = ("public.market_ask(%s, %s, 'Mine?')", (buyer, offer_id(chat)))
    assert all(isinstance(one, list) for one in at_once(connect, asked, asked))
    assert count(chat)["market_talks"] == 1
    assert count(chat)["market_lines"] == 2


def test_the_last_of_three_who_report_at_once_hides_it(
    chat: Chat, ana: Person, connect: Connect
) -> None:
    offer(ana)
    people = [chat.person(f"Buyer {number}") for number in range(3)]
    for one in people:
        one.says("hello")
    report = "public.market_report(%s, %s)"
    at_once(connect, *((report, (profile(chat, one), offer_id(chat))) for one in people))
    assert chat.rows("select status from wa.market_offers") == [{"status": "hidden"}]


def test_the_table_itself_takes_nothing_that_makes_no_sense(chat: Chat, ana: Person) -> None:
    offer(ana)
    for change in (
        "title = ''",
        "price_minor = -1",
        "latitude = 'NaN'",
        "status = 'sold'",
        "status = 'closed'",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            chat.owner.execute(f"update wa.market_offers set {change}".encode())
