"""The plugin in a project that is not ours, with the tests of docs/build/testing-flows.md."""

from __future__ import annotations

import re

import pytest

from tests.docs.code_blocks import PROJECT

pytestmark = pytest.mark.any_server

APART = """
def test_a_database_is_a_tests_own(chat, wa_database):
    assert chat.rows("select user_id from public.profiles") == []
    assert chat.owner.info.dbname in wa_database("wa_operator_role")
"""

FAILS = """
def test_the_bot_fails(chat):
    chat.owner.execute("drop function wa.step_home(wa.chat)")
    chat.person("Ana").says("hello")
"""


def test_the_tests_of_the_document_pass_where_nothing_else_is(pytester: pytest.Pytester) -> None:
    document = (PROJECT / "docs" / "build" / "testing-flows.md").read_text()
    (code,) = re.findall(r"^```python\n(.*?)^```$", document, re.MULTILINE | re.DOTALL)
    pytester.makepyfile(code + APART + FAILS)
    result = pytester.runpytest_subprocess("-p", "wa_webhook.testing.plugin", "-p", "no:xdist")
    result.assert_outcomes(passed=4, failed=1)
    # The line that failed and why, and no line of the kit.
    result.stdout.fnmatch_lines(
        ['>       chat.person("Ana").says("hello")', "E *: failed: WA003: *"]
    )
    result.stdout.no_fnmatch_line("*def receive(*")
