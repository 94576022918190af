"""What is replaced so that Postgres can store it, and what is left alone."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.payload import keep, storable_text

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


@given(st.text(st.characters() | st.sampled_from("\0\\\ud83d\ude00"), max_size=20))
def test_the_replacement_is_what_a_parser_would_have_replaced(text: str) -> None:
    storable, was_replaced = storable_text(json.dumps(text).encode())
    utf16 = text.encode("utf-16-le", "surrogatepass")
    expected = utf16.decode("utf-16-le", "replace").replace("\0", "\ufffd")
    assert json.loads(storable) == expected
    assert was_replaced == (storable != json.dumps(text))


def test_the_original_bytes_are_kept_with_the_reason() -> None:
    kept = keep(b"\xff\x00", "not_json", "22021")
    assert base64.b64decode(kept["body"]) == b"\xff\x00"
    assert (kept["reason"], kept["error"]) == ("not_json", "22021")
