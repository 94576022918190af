"""Fields are found in what OCR read, by rules that are rows and that a flow declares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.dispatching import value

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

FLOW: dict[str, Any] = {
    "states": {"shown": {"about": "Asks.", "moves": ["home"]}},
    "entries": {"shown": {"words": ["card"]}},
    "texts": {"ask": {"en": "Which?", "fr": "Laquelle ?"}},
    "documents": {
        "card": {
            "number": {
                "label": "policy (no|number)|numéro de police",
                "value": "[a-z]{2}-[0-9]{6}",
            },
            "until": [
                {"label": "valid until|valable jusqu.au", "check": "date"},
                {"label": "expires", "place": "below", "check": "date"},
            ],
            "vin": {"place": "anywhere", "value": r"\m[a-z0-9]{17}\M", "check": "vin"},
            "holder": {"label": r"\mholder\M|titulaire"},
            "price": {"label": "premium|prime", "value": "[0-9][0-9 .,]*", "check": "number"},
        }
    },
}
STEP = """
create or replace function wa.step_papers_shown(p_chat wa.chat) returns wa.step_result
language plpgsql set search_path = pg_catalog, pg_temp
as $$ begin return wa.ask(p_chat, 'ask'); end $$
"""


@pytest.fixture
def papers(connection: Connection[DictRow]) -> Connection[DictRow]:
    connection.execute(STEP)
    declare(connection, FLOW)
    return connection


def declare(connection: Connection[DictRow], flow: dict[str, Any]) -> None:
    connection.execute("call wa.declare_flow('papers', %s)", (json.dumps(flow),))


def find(connection: Connection[DictRow], result: Any) -> dict[str, Any]:
    query = "select wa.find_document_fields('papers_card', %s) as found"
    found = value(connection, query, json.dumps(result))
    assert isinstance(found, dict)
    return found


def read(*lines: tuple[str, list[int]]) -> dict[str, Any]:
    """Return a result of OCR with these lines, each with its box."""
    return {
        "pages": [
            {"page": 1, "lines": [{"text": t, "confidence": 0.9, "box": b} for t, b in lines]}
        ]
    }


def values_in(found: dict[str, Any]) -> dict[str, Any]:
    return {field: one and one["value"] for field, one in found.items()}


def test_a_value_is_right_of_its_label_on_the_line_or_beside_it_or_below_it(
    papers: Connection[DictRow],
) -> None:
    found = find(
        papers,
        read(
            ("NUMERO DE POLICE : AB-123456", [10, 10, 400, 30]),
            ("Valable jusqu'au", [10, 60, 200, 30]),
            ("31 août 2027", [260, 64, 160, 28]),
            ("Titulaire", [10, 110, 120, 30]),
            ("Prime", [10, 145, 90, 30]),
            ("45 000,50 RWF", [200, 145, 200, 30]),
            ("Uwase Aline", [300, 300, 200, 30]),
            ("chassis WVWZZZ1JZ3W3869O2", [10, 350, 400, 30]),
        ),
    )
    assert values_in(found) == {
        "number": "AB-123456",
        "until": "2027-08-31",
        "vin": "WVWZZZ1JZ3W386902",
        # Below stands another label, and the name is too far.
        "holder": None,
        "price": "45000.50",
    }
    assert found["until"] == {
        "value": "2027-08-31",
        "confidence": 0.9,
        "page": 1,
        "box": [260, 64, 160, 28],
        "is_valid": True,
    }


def test_a_value_is_nowhere_else_than_a_rule_says(papers: Connection[DictRow]) -> None:
    fields = {
        "sum": {"label": "sum", "place": "right", "value": "[0-9]+"},
        "tax": {"label": "tax", "place": "below", "value": "[0-9]+"},
    }
    declare(papers, FLOW | {"documents": {"card": fields}})
    below = [("Sum", [10, 10, 90, 30]), ("11", [10, 45, 90, 30])]
    beside = [("Tax", [10, 210, 90, 30]), ("22", [150, 210, 90, 30])]
    assert find(papers, read(*below, *beside)) == {"sum": None, "tax": None}


def test_a_later_rule_counts_where_an_earlier_one_finds_nothing_valid(
    papers: Connection[DictRow],
) -> None:
    below = ("3/4/2027", [10, 140, 90, 30])
    lines = [("Valid until: 31.02.2027", [10, 60, 300, 30]), ("Expires", [10, 105, 90, 30])]
    assert find(papers, read(*lines, below))["until"]["value"] == "2027-04-03"
    invalid = find(papers, read(*lines))["until"]
    assert (invalid["value"], invalid["is_valid"]) == ("31.02.2027", False)


@pytest.mark.parametrize(
    ("read_as", "check", "meant"),
    [
        ("2027-02-29", "date", None),
        ("29 FEV 2028", "date", "2028-02-29"),
        ("1er juillet 2027", "date", "2027-07-01"),
        ("Ier aout2027", "date", "2027-08-01"),
        ("12 June 2027", "date", "2027-06-12"),
        ("12 juin 2027", "date", "2027-06-12"),
        ("99/99/9999", "date", None),
        ("1,234.5", "number", "1234.5"),
        ("12.345", "number", "12345"),
        ("1.2.3", "number", None),
        ("4539 1488 0343 6467", "luhn", "4539148803436467"),
        ("4539 1488 0343 6468", "luhn", None),
        ("too short", "vin", None),
    ],
)
def test_a_check_gives_a_valid_value_one_form(
    connection: Connection[DictRow], read_as: str, check: str, meant: str | None
) -> None:
    query = "select wa.read_document_value(%s, %s) as meant"
    assert value(connection, query, read_as, check) == meant


@pytest.mark.parametrize(
    "result",
    [
        None,
        [],
        {"pages": 1},
        {"pages": [1, {"lines": {}}, {"lines": [1, {"text": 2}, {}]}]},
        read(("", [0, 0, 0, 0]), ("premium", [1, 2])),
        {
            "pages": [
                {"lines": [{"text": "premium"}, {"text": "premium", "box": ["a", 1, 2, 3, 4]}]}
            ]
        },
        {
            "pages": [
                {"lines": [{"text": "premium", "box": ["a", None, 1e9, -1], "confidence": "x"}]}
            ]
        },
    ],
)
def test_whatever_json_comes_is_taken(papers: Connection[DictRow], result: Any) -> None:
    assert set(values_in(find(papers, result)).values()) == {None}


def test_of_what_was_read_so_many_pages_lines_and_characters_count(
    connection: Connection[DictRow],
) -> None:
    line = {"text": "x" * 301}
    result = {"pages": [{"lines": [line] * 1001}, *[{"lines": [line]}] * 20]}
    counted = (
        "select array[count(*) filter (where page = 1), max(page), max(char_length(body))]"
        " from wa.list_document_lines(%s)"
    )
    assert value(connection, counted, json.dumps(result)) == [1000, 20, 300]


def test_a_document_that_nobody_declared_is_an_error(connection: Connection[DictRow]) -> None:
    with pytest.raises(psycopg.Error, match="no flow declares the document nothing") as error:
        connection.execute("select wa.find_document_fields('nothing', '{}')")
    assert error.value.sqlstate == "WA053"


def test_rules_go_with_their_flow(papers: Connection[DictRow]) -> None:
    counting = "select count(*) from wa.document_fields"
    assert value(papers, counting) == 6
    declare(papers, FLOW | {"documents": {"card": {"holder": {"label": "holder"}}}})
    assert value(papers, counting) == 1
    papers.execute("call wa.remove_flow('papers')")
    assert value(papers, counting) == 0


def test_all_that_is_wrong_with_documents_is_told_at_once(papers: Connection[DictRow]) -> None:
    wrong = {
        "Card": {"a": {"label": "x"}},
        "card": {"a": [{"label": "("}, {"value": r"(.)\1"}], "b": {"label": "x", "check": "dat"}},
    }
    with pytest.raises(psycopg.Error) as error:
        declare(papers, FLOW | {"documents": wrong})
    assert str(error.value.diag.message_primary).splitlines()[1:] == [
        "- documents.Card: the name is not of the form a_b1, or has more than 30 characters",
        "- documents.card.a[1].label is no regular expression of at most 200 characters without"
        " back-references",
        '- documents.card.a[2] has a label, or the place "anywhere", and not both',
        "- documents.card.a[2].value is no regular expression of at most 200 characters without"
        " back-references",
        "- documents.card.b.check is none: there are text, date, number, vin, luhn",
    ]
