"""What steps are written with: questions, lists, dates, plurals, links and headers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.dispatching import value
from tests.flows.quiz import declare, quiz, refusal, write_step
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

CONFIRMS = """
case wa.confirmed(p_chat, '7')
  when true then return wa.finish(p_chat, 'thanks');
  when false then return wa.go(p_chat, 'last');
  else return wa.confirm(p_chat, 'ask', p_again => 'yes', p_about => '7');
end case;
"""
OFFERS = """
declare
  v_rows constant jsonb := (
    select jsonb_agg(wa.build_choice('day:' || n, 'Day ' || n) order by n)
    from generate_series(1, (p_chat.data ->> 'target')::integer) as n
  );
  v_day constant text := wa.chosen(p_chat, v_rows);
begin
  if v_day is not null then
    return wa.stay(wa.build_text('chosen ' || v_day));
  end if;
  return wa.offer(p_chat, 'ask', v_rows, p_again => 'yes');
end;
"""


@pytest.fixture
def chat(connect: Connect, connection: Connection[DictRow]) -> Chat:
    """A bot with the quiz, whose first state offers as many days as the tapped id says."""
    flow = quiz()
    flow["states"]["first"]["moves"] = ["last", "home"]
    flow["entries"]["first"]["tap_prefixes"] = ["days."]
    write_step(connection, "quiz_first", OFFERS)
    write_step(connection, "quiz_last", "return wa.finish(p_chat, 'thanks');")
    declare(connection, flow)
    return Chat.over(connect)


def test_a_question_of_yes_or_no_is_answered_by_tap_or_word(
    chat: Chat, connection: Connection[DictRow]
) -> None:
    write_step(connection, "quiz_first", CONFIRMS)
    ana = chat.person("Ana")
    assert ana.says("quiz") == ["Ready?\n[Yes] [No]"]
    assert ana.says("perhaps") == ["Yes\n\nReady?\n[Yes] [No]"]
    assert ana.taps_id("answer:quiz_first:yes:8") == ["Yes\n\nReady?\n[Yes] [No]"]
    assert ana.taps("Yes")[0] == "Thanks!"
    assert ana.says("quiz").says("D'accord !")[0] == "Thanks!"
    assert ana.says("quiz").says("nope")[0] == "Thanks!"


def test_few_rows_are_buttons_and_many_come_in_pages(chat: Chat) -> None:
    ana = chat.person("Ana")
    assert ana.taps_id("quiz.days.2") == ["Ready?\n[Day 1] [Day 2]"]
    assert ana.says("day 2") == ["chosen day:2"]
    (first,) = ana.taps_id("quiz.days.12")
    assert first.splitlines()[:3] == ["Ready?", "[Choose]", "- Day 1"]
    (second,) = ana.taps("More")
    assert second.splitlines() == ["Ready?", "[Choose]", "- Day 10", "- Day 11", "- Day 12"]
    assert ana.says("Day 13")[0].startswith("Yes\n\nReady?\n[Choose]\n- Day 1\n")
    assert ana.says("more").taps("More").taps("Day 11") == ["chosen day:11"]
    assert ana.taps_id("answer:quiz_first:day:13")[0].startswith("Yes\n\n")
    assert ana.taps_id("quiz.days.0") == ["Ready?"]


def test_more_than_three_choices_are_a_list(chat: Chat, connection: Connection[DictRow]) -> None:
    write_step(connection, "quiz_first", "return wa.ask(p_chat, 'ask', '{yes,thanks,back,menu}');")
    asked = chat.person("Ana").says("quiz")
    assert asked == ["Ready?\n[Choose]\n- Yes\n- Thanks!\n- Back\n- Menu"]


def test_days_and_times_are_told_as_people_say_them(connection: Connection[DictRow]) -> None:
    at = "2031-12-01 13:30:00+00"
    cases = {
        "wa.format_date(%s::timestamptz::date, 'en')": "Monday, December 1, 2031",
        "wa.format_date(%s::timestamptz::date, 'fr')": "lundi 1er décembre 2031",
        "wa.format_time(%s, 'en', 'Africa/Kigali')": "3:30 PM",
        "wa.format_time(%s, 'fr', 'Africa/Kigali')": "15:30",
        "wa.format_moment(%s, 'en', 'Pacific/Auckland')": "Tuesday, December 2, 2031 at 2:30 AM",
    }
    assert {call: value(connection, f"select {call}", at) for call in cases} == cases
    assert value(connection, "select wa.format_date(make_date(%s, 3, 5), 'fr')", 2031) != ""
    this_year = value(
        connection,
        "select wa.format_date(make_date(extract(year from current_date)::integer, 3, 5), 'en')",
    )
    assert this_year.endswith("March 5")


def test_a_person_has_a_time_zone_of_their_own_or_the_default_one(
    chat: Chat, connection: Connection[DictRow]
) -> None:
    chat.person("Ana").says("hello")
    zone = "select wa.find_time_zone(user_id) from public.profiles"
    change = "update public.profiles set metadata = jsonb_build_object('time_zone', %s::text)"
    assert value(connection, zone) == "UTC"
    connection.execute(change, ("Europe/Paris",))
    assert value(connection, zone) == "Europe/Paris"
    connection.execute(change, ("nowhere",))
    connection.execute(
        """update wa.settings set value = '"Africa/Kigali"' where key = 'default_time_zone'"""
    )
    assert value(connection, zone) == "Africa/Kigali"


def test_a_text_has_forms_for_one_and_for_others(
    chat: Chat, connection: Connection[DictRow]
) -> None:
    flow = quiz()
    flow["texts"]["thanks"] = {
        "en": {"one": "{count} seat", "other": "{count} seats"},
        "fr": {"one": "{count} place", "other": "{count} places"},
    }
    flow["states"]["first"]["moves"] = []
    flow["entries"]["last"] = {"words": ["end"]}
    assert declare(connection, flow) == []
    connection.execute("insert into wa.locales values ('rw', 'Kinyarwanda')")

    def seats(count: Any, locale: str) -> Any:
        query = "select wa.get_text('quiz.thanks', %s, %s::jsonb)"
        return value(connection, query, locale, json.dumps({"count": count}))

    assert [seats(count, "en") for count in (0, 1, 2)] == ["0 seats", "1 seat", "2 seats"]
    assert [seats(count, "fr") for count in (0, 1, 2)] == ["0 place", "1 place", "2 places"]
    assert seats("many", "rw") == "many seats"
    flow["texts"]["thanks"] = {"en": {"one": "x", "few": "y"}, "fr": {"other": ""}}
    assert refusal(connection, flow) == [
        "texts.thanks is to be an object of languages and texts",
        "texts.thanks.en has the forms one and other, or other alone",
    ]


def test_links_headers_and_media_keep_metas_limits(connection: Connection[DictRow]) -> None:
    button = "wa.build_url_button(repeat('b', 2000), repeat('t', 40), 'https://example.org/')"
    buttons = """wa.build_buttons('b', '[{"id": "a", "title": "A"}]')"""
    for built in (
        button,
        f"wa.add_header({button}, 'image', 'https://example.org/a.png')",
        f"wa.add_header({buttons}, 'document', '1234567890')",
        f"wa.add_header({buttons}, 'text', repeat('h', 100))",
        "wa.build_media('document', 'https://example.org/a.pdf', repeat('c', 2000), 'a.pdf')",
    ):
        connection.execute(f"select wa.check_payload({built})".encode())
    for refused in (
        "wa.build_url_button('b', 't', 'example.org')",
        f"""wa.add_header({buttons}, 'image', '')""",
        f"""jsonb_set(
            {buttons}, '{{interactive,header}}', '{{"type": "image", "image": {{"qr": "x"}}}}'
        )""",
    ):
        with pytest.raises(psycopg.Error) as error:
            connection.execute(f"select wa.check_payload({refused})".encode())
        assert error.value.sqlstate == "WA011"
