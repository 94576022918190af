"""Faults are found where they can be made, each is one, and the tests of its subject are known."""

from __future__ import annotations

import ast

import pytest

from tests.docs.code_blocks import PROJECT
from tests.mutants import in_python, in_sql
from tests.mutants.same import SAME
from tests.mutants.subjects import draw, find_files, find_named, find_tests, subject_of


def in_routine(body: str) -> set[str]:
    text = f"create function wa.f() returns void language plpgsql as $$\nbegin\n{body}\nend $$;\n"
    found = in_sql.find_mutations("f.sql", text)
    return {one.mutated.splitlines()[2] for one in found if in_sql.parses(one.mutated)}


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ("perform a <= b;", {"perform a < b;"}),
        ("perform a <= now();", {"perform a > now();"}),
        ("perform clock_timestamp() < a + b;", {"perform clock_timestamp() >= a + b;"}),
        ("perform a and not b or c;", {"perform a or not b or c;", "perform a and not b and c;"}),
        ("perform a is null;", {"perform a is not null;"}),
        ("perform a is not distinct from b;", {"perform a is distinct from b;"}),
        ("perform coalesce(a, b);", {"perform nullif(a, b);"}),
        (
            "perform format('%s', coalesce(a, f(b))::text);",
            {"perform format('%s', nullif(a, f(b))::text);"},
        ),
        ("perform coalesce(a::text, 'null');", set()),
        (
            "perform pg_notification_queue_usage() < 0.5;",
            {"perform pg_notification_queue_usage() >= 0.5;"},
        ),
        ("perform from t order by f(a, b), c;", {"perform from t order by f(a, b) desc, c;"}),
        ("perform from t order by a desc;", {"perform from t order by a asc;"}),
        (
            "perform from t for no key update of t skip locked;",
            {"perform from t ;", "perform from t for no key update of t ;"},
        ),
    ],
)
def test_what_can_be_wrong_in_a_routine(body: str, faults: set[str]) -> None:
    assert in_routine(body) == faults


@pytest.mark.parametrize(
    "body", ["v_a := 1;", "update t set a = 1;", "perform '= and or';", "-- a = b and c"]
)
def test_what_is_no_expression_stays(body: str) -> None:
    assert in_routine(body) == set()


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("x = a < 'é' <= c", {"x = a <= 'é' <= c", "x = a < 'é' < c"}),
        ("x = a and b or c", {"x = a or b or c", "x = a and b and c"}),
        ("x = a is not None", {"x = a is None"}),
        ("x = a in b", {"x = a not in b"}),
        ("for a in b: pass  # and", set()),
    ],
)
def test_what_can_be_wrong_in_python(line: str, faults: set[str]) -> None:
    found = in_python.find_mutations("f.py", line)
    assert {one.mutated for one in found} == faults
    for one in found:
        ast.parse(one.mutated)


def test_every_file_has_tests_that_are_to_notice() -> None:
    assert len(find_files()) > 200
    assert [path for path in find_files() if not find_tests(path)] == []


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("db/functions/people/identities/find_by_alias.sql", "tests/identity/test_aliases.py"),
        ("db/functions/base/check_setting.sql", "tests/operations/test_settings.py"),
        ("handler/signature.py", "tests/webhook/test_signature.py"),
    ],
)
def test_tests_come_first_that_name_it_or_the_table_that_triggers_it(path: str, first: str) -> None:
    tests = [test for test in subject_of(path) if not test.startswith("tests/style")]
    assert tests[0] == first


def test_a_seed_draws_the_same_faults_again() -> None:
    files = find_files()
    first, again, other = draw(5, "a", files), draw(5, "a", files), draw(5, "b", files)
    assert first == again != other
    assert {len(first), len(other)} == {5}


def test_a_seed_draws_in_the_same_order_when_other_files_come_and_go() -> None:
    files = find_files()
    drawn = draw(20, "a", files)
    gone = drawn[0].path
    rest = [one for one in drawn if one.path != gone]
    assert draw(20, "a", [path for path in files if path != gone])[: len(rest)] == rest


def test_a_fault_is_found_by_its_name() -> None:
    files = find_files()
    (drawn,) = draw(1, "a", files)
    assert find_named([drawn.name], files) == [drawn]


def test_a_fault_keeps_its_name_where_its_line_moves_to() -> None:
    def names(text: str) -> list[str]:
        return [one.name for one in in_python.find_mutations("f.py", text)]

    before = names("x = a == b == c\nx = a == b == c\n")
    assert len(set(before)) == 4
    assert names("\ny = 1\nx = a == b == c\nz = 2\nx = a == b == c\n") == before


def test_what_is_held_to_be_the_same_is_still_there() -> None:
    for path, before, _ in SAME:
        lines = {line.strip() for line in (PROJECT / path).read_text().splitlines()}
        assert before in lines, f"{path} has changed: look again"
