"""What a loop gathers, it gathers in an array: anything else is copied again for each addition.

No count of rows shows it, and the time of a small body does not either.
"""

from __future__ import annotations

import re

from tests.fixtures.offered import WHOLE

ROUTINES = {file.path: file.text for file in WHOLE.routines}

# Over the tables of a schema, which are few.
FEW = {
    "functions/operators/person/wa_erase_profile.sql",
    "functions/operators/person/gather_person.sql",
}

_LOOP = re.compile(r"\bloop\b.*\bend loop\b", re.DOTALL)
_GATHERS = r"\b{name} := (?:coalesce\()?{name}\b[^;|]*\|\|"
_BEGINS_ANEW = r"\b{name} := (?!(?:coalesce\()?{name}\b)"
_GATHERS_ARRAYS = re.compile(r"\b(\w+) := \1 \|\| array\b")


def gathered_by_copies(text: str) -> list[str]:
    """Return the variables of a routine that a loop copies to add something."""
    loops = "".join(_LOOP.findall(text))
    names = re.findall(r"^\s+(?:out )?(\w+) jsonb\b(?!\[)", text, re.MULTILINE)
    return [
        name
        for name in names
        if re.search(_GATHERS.format(name=name), loops)
        and not re.search(_BEGINS_ANEW.format(name=name), loops)
    ] + _GATHERS_ARRAYS.findall(loops)


def test_no_loop_copies_all_that_it_has_gathered() -> None:
    found = {path: gathered_by_copies(text) for path, text in ROUTINES.items()}
    assert {path: names for path, names in found.items() if names and path not in FEW} == {}
