"""Whatever text is sent, what Postgres stores of it is what a parser makes of it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from handler.payload import storable_text


@given(st.text(st.characters() | st.sampled_from("\0\\\ud83d\ude00"), max_size=20))
def test_the_replacement_is_what_a_parser_would_have_replaced(text: str) -> None:
    storable, was_replaced = storable_text(json.dumps(text).encode())
    utf16 = text.encode("utf-16-le", "surrogatepass")
    expected = utf16.decode("utf-16-le", "replace").replace("\0", "\ufffd")
    assert json.loads(storable) == expected
    assert was_replaced == (storable != json.dumps(text))
