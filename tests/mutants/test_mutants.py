"""Faults are found where they can be made, each is one, and the tests of its subject are known."""

from __future__ import annotations

import ast

import pytest

from tests.docs.code_blocks import PROJECT
from tests.mutants import in_python, in_sql
from tests.mutants.same import SAME
from tests.mutants.subjects import draw, find_files, subject_of


def in_routine(body: str) -> set[str]:
    text = f"create function wa.f() returns void language plpgsql as $$\nbegin\n{body}\nend $$;\n"
    found = in_sql.find_mutations("f.sql", text)
    return {one.mutated.splitlines()[2] for one in found if in_sql.parses(one.mutated)}


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ("perform a <= b;", {"perform a < b;"}),
        ("perform a and not b or c;", {"perform a or not b or c;", "perform a and not b and c;"}),
        ("perform a is null;", {"perform a is not null;"}),
        ("perform a is not distinct from b;", {"perform a is distinct from b;"}),
        ("perform coalesce(a, b);", {"perform nullif(a, b);"}),
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
    assert [path for path in find_files() if not subject_of(path)] == []


def test_a_seed_draws_the_same_faults_again() -> None:
    files = find_files()
    first, again, other = draw(5, "a", files), draw(5, "a", files), draw(5, "b", files)
    assert first == again != other
    assert {len(first), len(other)} == {5}


def test_what_is_held_to_be_the_same_is_still_there() -> None:
    for path, before, _ in SAME:
        lines = {line.strip() for line in (PROJECT / path).read_text().splitlines()}
        assert before in lines, f"{path} has changed: look again"
