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
_NOTICES = "tests/webhook/test_signature.py"
_KNOWS_NOTHING_OF_IT = "tests/webhook/test_payload.py"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def replace(written: str, replacement: str) -> Mutation:
    text = (PROJECT / _SIGNATURE).read_text()
    start = text.index(written)
    return Mutation(_SIGNATURE, text, start, start + len(written), replacement, "comparison")


@pytest.mark.parametrize(
    ("written", "replacement", "test", "verdict", "by"),
    [
        ("given is None", "given is not None", _NOTICES, Verdict.NOTICED, _NOTICES),
        ("def sign(", "def signed(", _NOTICES, Verdict.NOTICED, "cannot be imported"),
        ("given is None", "given is not None", _KNOWS_NOTHING_OF_IT, Verdict.SURVIVED, ""),
        ("def sign(", "def sign(", _NOTICES, Verdict.SURVIVED, ""),
    ],
)
def test_a_fault_is_noticed_when_a_test_fails_or_cannot_be_imported(
    bench: Bench, written: str, replacement: str, test: str, verdict: Verdict, by: str
) -> None:
    trial = bench.try_in_python(replace(written, replacement), [test])
    assert (trial.verdict, trial.by.partition("::")[0]) == (verdict, by)


def test_a_test_that_fails_without_the_fault_proves_nothing(bench: Bench, tmp_path: Path) -> None:
    (failing := tmp_path / "test_failing.py").write_text("def test_it():\n    assert False\n")
    trial = bench.try_in_python(replace("given is None", "given is not None"), [str(failing)])
    assert trial.verdict is Verdict.UNSOUND
    assert "assert False" in trial.by


@pytest.mark.parametrize("tests", [["tests/no_such_test.py"], [_NOTICES, "--no-such-option"]])
def test_a_trial_that_cannot_run_is_an_error_with_what_pytest_printed(
    bench: Bench, tests: list[str]
) -> None:
    with pytest.raises(RuntimeError, match=r"no.such"):
        bench.try_in_python(replace("def sign(", "def sign("), tests)
