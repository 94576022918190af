"""What is replaced so that Postgres can store it, and what is left alone."""

import base64
import random

import pytest
from psycopg import Connection
from psycopg.rows import DictRow

from handler.payload import check_json, keep, storable_text

REPLACED = r"\ufffd"


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        r"\u00e4 \n \/ \" \\",
        r"\ud83d\ude00",
        r"\uD83D\uDE00\ud83d\ude00",
        r"\\u0000",
        r"\\\\u0000",
        r"\\ud83d",
        r"\u00000"[:-1].replace("0000", "0001"),
        "\N{GRINNING FACE}",
    ],
)
def test_text_that_postgres_can_store_is_left_as_it_is(text: str) -> None:
    body = f'{{"t":"{text}"}}'
    assert storable_text(body.encode()) == (body, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"a\u0000b", rf"a{REPLACED}b"),
        (r"\\\u0000", rf"\\{REPLACED}"),
        (r"\ud83d", REPLACED),
        (r"\ude00", REPLACED),
        (r"\uD83Dx", rf"{REPLACED}x"),
        (r"\ud83d\u0041", rf"{REPLACED}\u0041"),
        (r"\ud83d\\ude00", rf"{REPLACED}\\ude00"),
        (r"\ude00\ud83d", REPLACED * 2),
        (r"\ud83d\ud83d\ude00", rf"{REPLACED}\ud83d\ude00"),
        (r"\ud83d\ude00\ude00", rf"\ud83d\ude00{REPLACED}"),
    ],
)
def test_nul_and_unpaired_surrogates_are_replaced(text: str, expected: str) -> None:
    assert storable_text(f'"{text}"'.encode()) == (f'"{expected}"', True)


def test_a_body_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(UnicodeDecodeError):
        storable_text(b'{"t":"\xff"}')


PIECES = (
    *("{", "}", "[", "]", ":", ",", '"', '{"a":', '"b"', '"\\u00e4\\n"', '"\\x"', "'", "\\"),
    *(
        "0",
        "1",
        "01",
        "-",
        "+",
        ".",
        "e",
        "E5",
        "-0.5e-3",
        "NaN",
        "-Infinity",
        "null",
        "true",
        "tru",
    ),
    *(" ", "\n", "\t", "\r", "\v", "\x7f", "\u00a0", "\ufeff", "/**/"),
)


def is_json(text: str) -> bool:
    try:
        check_json(text)
    except ValueError:
        return False
    return True


def scraps(randomness: random.Random) -> str:
    """Return some pieces of JSON, which seldom make any."""
    return "".join(randomness.choices(PIECES, k=randomness.randint(0, 7)))


def test_what_is_json_here_is_json_to_postgresql_and_nothing_else_is(
    connection: Connection[DictRow],
) -> None:
    randomness = random.Random(1)
    texts = [scraps(randomness) for _ in range(20_000)] + ["9" * 5000, "0." + "1" * 5000]
    connection.execute("""
        create function pg_temp.is_json(text) returns boolean language plpgsql as $$
        begin
          perform $1::jsonb;
          return true;
        exception when invalid_text_representation then
          return false;
        end $$""")
    rows = connection.execute(
        "select text, pg_temp.is_json(text) as is_json from unnest(%s::text[]) as text", (texts,)
    ).fetchall()
    assert {row["text"] for row in rows if row["is_json"] != is_json(row["text"])} == set()
    assert 500 < sum(row["is_json"] for row in rows) < 10_000


def test_a_refusal_names_the_place_and_quotes_nothing() -> None:
    with pytest.raises(ValueError, match=r", at character 6$") as raised:
        check_json('{"a": private}')
    assert "private" not in str(raised.value)


def test_the_original_bytes_are_kept_with_the_reason() -> None:
    kept = keep(b"\xff\x00", "not_json", "22021")
    assert base64.b64decode(kept["body"]) == b"\xff\x00"
    assert (kept["reason"], kept["error"]) == ("not_json", "22021")
