r"""What JSON allows and Postgres cannot store, and how the original bytes are kept.

`jsonb` refuses `\u0000` and unpaired surrogates. Both are replaced by U+FFFD in the text, without
parsing it, so that such a message still has its effect.

What a body says is PostgreSQL's to read. Whether it is JSON at all is looked at here before: the
server writes the place where it stopped reading, with what stands around it, into its log.
"""

import base64
import json
import re
from typing import Literal, NoReturn, TypedDict

Reason = Literal["not_json", "not_envelope", "dispatch_error", "text_replaced"]

_HEX = "[0-9a-fA-F]{2}"
_PAIR = rf"u[dD][89abAB]{_HEX}\\u[dD][c-fC-F]{_HEX}"
_UNSTORABLE = rf"u0000|u[dD][89a-fA-F]{_HEX}"

# Every backslash takes the next character along, so an escaped backslash never starts an escape.
# Possessive, hence linear in time and flat in memory: 3 MB of nothing but escapes take some 40 ms.
_STORABLE = re.compile(rf"(?:[^\\]++|\\(?:{_PAIR}|(?!{_UNSTORABLE}).))*+", re.DOTALL)
_ESCAPE = re.compile(rf"\\(?:{_PAIR}|({_UNSTORABLE})|.)", re.DOTALL)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# Numbers are not made: one of 5,000 digits is JSON, and no int of Python's.
_READER = json.JSONDecoder(parse_int=len, parse_float=len, parse_constant=_refuse_constant)


class Kept(TypedDict):
    """A payload to keep whole, as `wa_dispatch` takes it in its option `keep`."""

    body: str
    reason: Reason
    error: str


def storable_text(body: bytes) -> tuple[str, bool]:
    """Return the body as text that `jsonb` accepts, and whether something had to be replaced.

    Raises UnicodeDecodeError if the body is not UTF-8, which JSON has to be.
    """
    text = body.decode()
    has_suspects = b"\\u0000" in body or b"\\ud" in body or b"\\uD" in body
    if not has_suspects or _STORABLE.fullmatch(text):
        return text, False
    replaced = _ESCAPE.sub(lambda escape: r"\ufffd" if escape[1] else escape[0], text)
    return replaced, replaced != text


def check_json(text: str) -> None:
    """Raise ValueError, which tells a place and quotes nothing, if PostgreSQL would refuse to read.

    A thousand levels of brackets are too many here; PostgreSQL would take some more.
    """
    try:
        _READER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg}, at character {error.pos}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None


def keep(body: bytes, reason: Reason, error: str) -> Kept:
    """Wrap the original bytes with the reason why an operator should see them."""
    return Kept(body=base64.b64encode(body).decode("ascii"), reason=reason, error=error)
