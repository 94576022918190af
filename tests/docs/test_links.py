"""Whatever names a document, or a place in one, names what is there."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.docs.code_blocks import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

_LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)")
_MENTION = re.compile(r"(?<![\w/.-])docs/[\w/-]+\.(?:md|png)(?:#[\w-]+)?")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def committed_files(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [PROJECT / name for name in listed.splitlines() if (PROJECT / name).is_file()]


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    text = _FENCED.sub("", document.read_text())
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in _HEADING.findall(text)
    }


def is_there(file: Path, anchor: str | None) -> bool:
    return file.exists() and (not anchor or anchor in anchors(file))


@pytest.mark.any_server
def test_every_link_leads_to_something() -> None:
    lost = [
        f"{document.relative_to(PROJECT)}: {path}#{anchor}"
        for document in committed_files("*.md")
        for path, anchor in _LINK.findall(_FENCED.sub("", document.read_text()))
        if not is_there((document.parent / path).resolve() if path else document, anchor)
    ]
    assert lost == []


@pytest.mark.any_server
def test_every_document_that_a_file_names_is_there() -> None:
    # A migration that is merged stays as it is; what it wrote, a later one corrects.
    files = [f for f in committed_files() if "db/migrations" not in str(f.relative_to(PROJECT))]
    lost = []
    for file in files:
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue
        for mention in _MENTION.findall(text):
            path, _, anchor = mention.partition("#")
            if not is_there(PROJECT / path, anchor):
                lost.append(f"{file.relative_to(PROJECT)}: {mention}")
    assert lost == []


@pytest.mark.any_server
def test_the_table_of_contents_has_every_page() -> None:
    contents = PROJECT / "docs" / "README.md"
    linked = {(contents.parent / path).resolve() for path, _ in _LINK.findall(contents.read_text())}
    assert set(committed_files("docs/*.md")) - linked == {contents}
