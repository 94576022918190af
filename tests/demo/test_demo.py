"""`wa-webhook demo` and the engine behind it."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from wa_webhook.demo.certificates import CERTIFICATES, PHOTOGRAPH
from wa_webhook.demo.conversation import SCENES
from wa_webhook.demo.expectation import match_reply
from wa_webhook.demo.first_conversation import MENU

PROJECT = Path(__file__).parents[2]

_WITH_A_WRONG_SCRIPT = """
from wa_webhook.cli import app
from wa_webhook.demo import session
from wa_webhook.meta_stand_in.people import ANA
from wa_webhook.demo.scenes import Scene, Turn
from wa_webhook.meta_stand_in.said import Typed
session.SCENES = (Scene("One", (Turn(ANA, Typed("hello"), ("Good evening!",)),)),)
app()
"""


def run_demo(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(PROJECT), "COLUMNS": "120"}
    return subprocess.run(
        [sys.executable, "-c", program, "demo"],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
    )


def test_the_whole_script_is_followed_and_the_exit_code_is_zero(tmp_path: Path) -> None:
    result = run_demo("from wa_webhook.cli import app; app()", tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert all(scene.title in result.stdout for scene in SCENES)
    assert "WRONG" not in result.stdout
    if CERTIFICATES[0] in SCENES:
        digest = sha256(PHOTOGRAPH.read_bytes()).hexdigest()
        assert f"stored: {digest}/" in result.stdout
        assert f"sha256 {digest}" in result.stdout


def test_a_reply_that_is_not_the_scripted_one_is_shown_and_the_exit_code_is_one(
    tmp_path: Path,
) -> None:
    result = run_demo(_WITH_A_WRONG_SCRIPT, tmp_path)
    assert result.returncode == 1
    assert "Good evening!" in result.stdout
    assert MENU.splitlines()[0] in result.stdout


@pytest.mark.parametrize(
    ("expected", "reply", "known", "learnt"),
    [
        ("Hello.", "Hello.", {}, {}),
        ("Code {code}", "Code AB12", {}, {"code": "AB12"}),
        ("{code} is {code}", "A is A", {}, {"code": "A"}),
        ("Code {code}", "Code AB12", {"code": "AB12"}, {"code": "AB12"}),
    ],
)
def test_a_reply_matches_and_teaches_its_placeholders(
    expected: str, reply: str, known: dict[str, str], learnt: dict[str, str]
) -> None:
    assert match_reply(expected, reply, known)
    assert known == learnt


@pytest.mark.parametrize(
    ("expected", "reply", "known"),
    [
        ("Hello.", "Hello!", {}),
        ("Hello.", "Hello. You", {}),
        ("Code {code}", "Code two words", {}),
        ("{code} is {code}", "A is B", {}),
        ("Code {code}", "Code CD34", {"code": "AB12"}),
    ],
)
def test_another_reply_does_not_match_and_teaches_nothing(
    expected: str, reply: str, known: dict[str, str]
) -> None:
    before = dict(known)
    assert not match_reply(expected, reply, known)
    assert known == before
