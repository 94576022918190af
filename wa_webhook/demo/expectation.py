"""Comparing a reply with the one that the script wants."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def match_reply(expected: str, reply: str, known: dict[str, str]) -> bool:
    """Tell whether a reply is the expected one, and add what its placeholders stand for to `known`.

    A placeholder `{name}` that is known must have that value; another takes any one word.
    """
    fresh: set[str] = set()

    def pattern(placeholder: re.Match[str]) -> str:
        name = placeholder[1]
        if name in known:
            return re.escape(known[name])
        if name in fresh:
            return f"(?P={name})"
        fresh.add(name)
        return rf"(?P<{name}>[^\s\[\]]+)"

    parts = _PLACEHOLDER.split(expected)
    texts = (re.escape(part) for part in parts[::2])
    names = [pattern(match) for match in _PLACEHOLDER.finditer(expected)]
    whole = "".join(text + name for text, name in zip(texts, [*names, ""], strict=True))
    found = re.fullmatch(whole, reply)
    if found is None:
        return False
    known.update(found.groupdict())
    return True
