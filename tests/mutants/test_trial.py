"""What pytest says of a copy with a fault is read right, and the copy is sound again afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.code_blocks import PROJECT
from tests.mutants.mutation import Mutation
from tests.mutants.trial import Bench
from tests.mutants.verdict import Verdict

if TYPE_CHECKING:
    from pathlib import Path

_SIGNATURE = "handler/signature.py"
_ALIAS = "db/functions/people/identities/find_by_alias.sql"
_OF_A_FLOW = "db/flows/mobility/functions/ride_write.sql"
_TESTS = {
    _SIGNATURE: "tests/webhook/test_signature.py",
    _ALIAS: "tests/identity/test_aliases.py",
    _OF_A_FLOW: "tests/flows/mobility/test_rules.py",
}
_FAILING = "tests/test_failing.py"
_OTHER_TESTS = "tests/webhook/test_payload.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    folder.chmod(0o711)
    folder.parent.chmod(0o711)
    return folder


@pytest.fixture(scope="module")
def bench(folder: Path) -> Bench:
    return Bench(folder)


def replace(path: str, written: str, replacement: str) -> Mutation:
    text = (PROJECT / path).read_text()
    start = text.index(written)
    return Mutation(path, text, start, start + len(written), replacement, "comparison")


@pytest.mark.parametrize(
    ("written", "replacement", "test", "verdict", "by"),
    [
        ("is None", "is not None", _TESTS[_SIGNATURE], Verdict.NOTICED, _TESTS[_SIGNATURE]),
        ("def sign(", "def signed(", _TESTS[_SIGNATURE], Verdict.NOTICED, "cannot be imported"),
        ("is None", "is not None", _OTHER_TESTS, Verdict.SURVIVED, ""),
    ],
)
def test_a_fault_in_a_module_is_noticed_when_a_test_fails_or_cannot_be_imported(
    bench: Bench, written: str, replacement: str, test: str, verdict: Verdict, by: str
) -> None:
    trial = bench.try_in_python(replace(_SIGNATURE, written, replacement), [test])
    assert (trial.verdict, trial.by.partition("::")[0]) == (verdict, by)


def test_faults_in_routines_are_tried_one_after_another_in_one_session(
    bench: Bench, folder: Path
) -> None:
    (folder / "mutated" / _FAILING).write_text("def test_it():\n    assert False\n")
    faults_and_tests = [
        (replace(_ALIAS, "or (alias", "and (alias"), _TESTS[_ALIAS]),
        (replace(_ALIAS, "= any", "<> any"), _OTHER_TESTS),
        (replace(_ALIAS, "select", "selekt"), _TESTS[_ALIAS]),
        (replace(_ALIAS, "select", "select "), _FAILING),
        (replace(_ALIAS, "select", "select "), _TESTS[_ALIAS]),
    ]
    faults = [fault for fault, _ in faults_and_tests]
    first, *others = bench.try_in_sql(faults, [[test] for _, test in faults_and_tests])
    assert (first.verdict, first.by.partition("::")[0]) == (Verdict.NOTICED, _TESTS[_ALIAS])
    assert [(trial.verdict, trial.by.partition(" at ")[0]) for trial in others] == [
        (Verdict.SURVIVED, ""),
        (Verdict.NOTICED, "PostgreSQL: syntax error"),
        (Verdict.UNSOUND, f"{_FAILING}::test_it"),
        (Verdict.SURVIVED, ""),
    ]
    assert (folder / "mutated" / _ALIAS).read_text() == faults[0].text


def test_a_fault_in_a_flow_that_is_asked_for_is_gone_when_its_test_runs_without_it(
    bench: Bench,
) -> None:
    (trial,) = bench.try_in_sql([replace(_OF_A_FLOW, "<= 700", "< 700")], [[_TESTS[_OF_A_FLOW]]])
    assert trial.verdict is Verdict.NOTICED


def test_a_test_that_fails_without_the_fault_proves_nothing(bench: Bench, folder: Path) -> None:
    for copy in ("mutated", "sound"):
        (folder / copy / _FAILING).write_text("def test_it():\n    assert False\n")
    trial = bench.try_in_python(replace(_SIGNATURE, "def", "def "), [_FAILING])
    assert trial[:2] == (Verdict.UNSOUND, f"{_FAILING}::test_it")


def test_a_trial_that_cannot_run_is_an_error_with_what_pytest_printed(bench: Bench) -> None:
    with pytest.raises(RuntimeError, match=r"no_such_test"):
        bench.try_in_python(replace(_SIGNATURE, "def", "def "), ["tests/no_such_test.py"])
    with pytest.raises(RuntimeError, match=r"no_such_test"):
        list(bench.try_in_sql([replace(_ALIAS, "select", "select ")], [["tests/no_such_test.py"]]))
