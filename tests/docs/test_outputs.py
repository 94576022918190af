"""What counts as the output that a document shows, and what does not."""

from __future__ import annotations

import pytest

from tests.docs.outputs import is_as_shown

SHOWN = """
 status | received_at
--------+-------------------------------
 failed | 2026-11-24 01:37:36.099876+00
(1 row)
"""
PRINTED = """
  status   |      received_at
-----------+-----------------------
 {status}  | 2027-01-01 00:00:00+00
(1 row)
"""


def test_times_and_widths_may_differ() -> None:
    assert is_as_shown(PRINTED.format(status="failed"), SHOWN)


def test_values_may_not_differ() -> None:
    assert not is_as_shown(PRINTED.format(status="queued"), SHOWN)


def test_a_line_more_or_less_is_another_output() -> None:
    assert not is_as_shown(SHOWN + "(0 rows)\n", SHOWN)
    assert not is_as_shown("(1 row)\n", SHOWN)


def test_an_ellipsis_stands_for_lines_where_it_is_alone_and_for_text_elsewhere() -> None:
    assert is_as_shown("one\ntwo\nthree 3 done\n", "one\n…\nthree … done\n")
    assert not is_as_shown("one\ntwo\nthree 3\n", "one\n…\nthree … done\n")


@pytest.mark.parametrize(("printed", "is_fine"), [("DELETE 1\n", True), ("(1 row)\n", False)])
def test_only_what_psql_says_of_a_change_need_not_be_shown(printed: str, is_fine: bool) -> None:
    assert is_as_shown(printed, None) is is_fine
