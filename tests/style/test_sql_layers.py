"""Folders of routines point one way: who calls is above who is called."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from tests.docs.code_blocks import PROJECT
from tests.fixtures.offered import WHOLE as SOURCE

LAYERS = (
    "agents",
    "operators",
    "workers",
    "webhook",
    "flows",
    "media",
    "tasks",
    "registry",
    "chats",
    "replies",
    "retention",
    "account",
    "outbox",
    "people",
    "documents",
    "alerts",
    "rights",
    "base",
)
"""From the top. A flow's folder is beside those of other flows, and none calls another's."""

FILES = {PurePosixPath(file.path).stem: file for file in SOURCE.routines}

_ROW = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
_CALL = re.compile(r"\b(?:wa|public)\.(\w+)\s*\(")
_UNCALLED = re.compile(r"--[^\n]*|^comment on .*?;$", re.MULTILINE | re.DOTALL)


def folder(name: str) -> tuple[str, ...]:
    """Return the layer of a routine, with the flow where it is of one."""
    part, layer, *_ = PurePosixPath(FILES[name].path).parts
    return (part, layer) if part == "flows" else (layer,)


def calls() -> set[tuple[str, str]]:
    """Return every pair of a routine and one that it calls, both from files."""
    return {
        (name, called)
        for name, file in FILES.items()
        for called in _CALL.findall(_UNCALLED.sub("", file.text))
        if called in FILES and called != name
    }


def test_every_folder_has_its_layer() -> None:
    assert {folder(name)[0] for name in FILES} == set(LAYERS)


def test_the_page_about_the_database_has_every_folder_of_routines_from_the_top() -> None:
    page = (PROJECT / "db" / "README.md").read_text()
    assert _ROW.findall(page) == [layer for layer in LAYERS if layer != "flows"]


def test_calls_point_downward_only() -> None:
    rank = {layer: number for number, layer in enumerate(LAYERS)}
    assert [
        f"{'/'.join(folder(name))}/{name} calls {'/'.join(folder(called))}/{called}"
        for name, called in sorted(calls())
        if folder(name) != folder(called) and rank[folder(name)[0]] >= rank[folder(called)[0]]
    ] == []


def test_the_calls_are_found() -> None:
    assert {
        ("wa_dispatch", "read_webhook"),
        ("run_step", "require_transition"),
        ("step_home", "get_menu"),
    } <= calls()
