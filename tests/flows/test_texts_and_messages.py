"""Texts with placeholders and the messages built of them, within Meta's limits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.dispatching import row_ids, value

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
THUMB = "\U0001f44d\U0001f3fd"
FLAG = "\U0001f1eb\U0001f1f7"
ACCENTED = "e\u0301"
HEART = "\u2764\ufe0f"


def get_text(connection: Connection[DictRow], body: str, values: Any, locale: str = "en") -> str:
    connection.execute(
        "insert into wa.texts (key, locale, body) values ('test.text', 'en', %s)"
        " on conflict (key, locale) do update set body = excluded.body",
        (body,),
    )
    query = "select wa.get_text('test.text', %s, %s::jsonb)"
    return str(value(connection, query, locale, None if values is None else json.dumps(values)))


def test_placeholders_are_filled_in_one_pass(connection: Connection[DictRow]) -> None:
    cases = [
        ("Hi {name}!", {"name": "Ana"}, "Hi Ana!"),
        ("{a}{b}{a}", {"a": "1", "b": "2"}, "121"),
        ("{a} {b}", {"a": "{b}", "b": "{a}"}, "{b} {a}"),
        ("{a}", {"a": r"\1 & \\ .* $1 %s %L"}, r"\1 & \\ .* $1 %s %L"),
        ("{a} {missing}", {"a": "x"}, "x {missing}"),
        ("{a}", {"a": None}, "{a}"),
        ("{a}", {"a": ""}, ""),
        ("{a}", {"a": 5}, "5"),
        ("{a", {"a": "x"}, "{a"),
        ("a } { {} {A} {a}", {"a": "x"}, "a } { {} {A} x"),
        ("two\nlines {a}", {"a": "x\ny"}, "two\nlines x\ny"),
        ("{a}", None, "{a}"),
        ("{a}", {}, "{a}"),
    ]
    assert [get_text(connection, body, given) for body, given, _ in cases] == [
        expected for _, _, expected in cases
    ]


def test_a_missing_translation_falls_back_to_the_default_language_and_then_to_english(
    connection: Connection[DictRow],
) -> None:
    connection.execute("insert into wa.locales values ('rw', 'Kinyarwanda'), ('sw', 'Kiswahili')")
    assert get_text(connection, "english", None, "rw") == "english"
    connection.execute("insert into wa.texts values ('test.text', 'sw', 'swahili')")
    connection.execute("""update wa.settings set value = '"sw"' where key = 'default_locale'""")
    assert get_text(connection, "english", None, "rw") == "swahili"
    connection.execute("insert into wa.texts values ('test.text', 'rw', 'kinyarwanda')")
    assert get_text(connection, "english", None, "rw") == "kinyarwanda"


def test_a_text_that_is_in_no_language_raises_wa006(connection: Connection[DictRow]) -> None:
    with pytest.raises(psycopg.Error) as caught:
        value(connection, "select wa.get_text('no.such', 'fr')")
    assert caught.value.sqlstate == "WA006"


def test_every_text_is_translated_with_the_same_placeholders(
    connection: Connection[DictRow],
) -> None:
    query = """
        select count(*) from (
            select key from wa.texts
            group by key
            having count(*) <> (select count(*) from wa.locales)
                or count(distinct (
                    select array_agg(distinct match[1] order by match[1])
                    from regexp_matches(body, '\\{([a-z_]+)\\}', 'g') as match
                )) > 1
        ) as uneven"""
    assert value(connection, query) == 0


def test_a_long_text_ends_in_an_ellipsis_and_is_not_cut_within_a_character(
    connection: Connection[DictRow],
) -> None:
    cases = [
        ("abcde", 5, "abcde"),
        ("abcdef", 5, "abcd…"),
        ("abc  f", 5, "abc…"),
        ("", 5, ""),
        (ACCENTED * 3, 6, ACCENTED * 3),
        (ACCENTED * 4, 6, ACCENTED * 2 + "…"),
        ("ab" + FAMILY, 7, "ab" + FAMILY),
        ("ab" + FAMILY + "c", 7, "ab…"),
        ("ab" + FAMILY + "cd", 8, "ab" + FAMILY + "…"),
        (THUMB * 3, 4, THUMB + "…"),
        (FLAG * 3, 4, FLAG + "…"),
        (FLAG * 3, 5, FLAG * 2 + "…"),
        (HEART * 3, 4, HEART + "…"),
        (FAMILY, 3, "…"),
        ("a\nb\nc", 4, "a\nb…"),
    ]
    query = "select wa.shorten_text(%s, %s)"
    assert [value(connection, query, body, limit) for body, limit, _ in cases] == [
        expected for _, _, expected in cases
    ]


@pytest.mark.parametrize(
    ("total", "pages"),
    [(1, [1]), (10, [10]), (11, [9, 2]), (18, [9, 9]), (19, [9, 9, 1]), (28, [9, 9, 9, 1])],
)
def test_more_than_ten_rows_come_in_pages(
    connection: Connection[DictRow], total: int, pages: list[int]
) -> None:
    shown = [row_ids(build_list(connection, total, page)) for page in range(1, len(pages) + 1)]
    rows = [[one for one in page if not one.startswith("more:")] for page in shown]
    assert [len(page) for page in rows] == pages
    assert [one for page in rows for one in page] == [f"r{n}" for n in range(total)]
    assert all(len(page) <= 10 for page in shown)
    links = [page[-1] for page in shown if page[-1].startswith("more:")]
    assert links == [f"more:{page}" for page in range(2, len(pages) + 1)]
    assert build_list(connection, total, 99) == build_list(connection, total, len(pages))


def test_a_list_of_no_rows_is_empty(connection: Connection[DictRow]) -> None:
    assert row_ids(build_list(connection, 0, 1)) == []


def test_rows_are_shortened_to_metas_limits(connection: Connection[DictRow]) -> None:
    rows = [{"id": "a", "title": "t" * 99, "description": "d" * 99}, {"id": "b", "title": "t"}]
    built = value(
        connection,
        "select wa.build_list(repeat('b', 2000), repeat('c', 99), %s::jsonb)",
        json.dumps(rows),
    )["interactive"]
    first, second = built["action"]["sections"][0]["rows"]
    assert (len(first["title"]), len(first["description"])) == (24, 72)
    assert second == {"id": "b", "title": "t"}
    assert (len(built["body"]["text"]), len(built["action"]["button"])) == (1024, 20)


def test_rows_whose_titles_are_cut_to_the_same_tell_the_whole_in_their_descriptions(
    connection: Connection[DictRow],
) -> None:
    day = "Tuesday, December 1 at {}:00"
    rows = [
        {"id": "a", "title": day.format(9)},
        {"id": "b", "title": day.format(10), "description": "Ana"},
        {"id": "c", "title": "Whenever somebody has the time", "description": "Anybody"},
    ]
    built = value(connection, "select wa.build_list('b', 'c', %s::jsonb)", json.dumps(rows))
    cut = "Tuesday, December 1 at…"
    assert built["interactive"]["action"]["sections"][0]["rows"] == [
        {"id": "a", "title": cut, "description": "Tuesday, December 1 at 9:00"},
        {"id": "b", "title": cut, "description": "Tuesday, December 1 at 10:00 · Ana"},
        {"id": "c", "title": "Whenever somebody has t…", "description": "Anybody"},
    ]


def build_list(connection: Connection[DictRow], total: int, page: int) -> Any:
    rows = [{"id": f"r{n}", "title": f"Row {n}"} for n in range(total)]
    return value(
        connection, "select wa.build_list('body', 'button', %s::jsonb, %s)", json.dumps(rows), page
    )
