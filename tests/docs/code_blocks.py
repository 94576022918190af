"""The fenced code blocks of the documentation."""

import re
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(
    r"^```(?P<language>\w+)\n(?P<code>.*?)^```$(?:\n\n```text\n(?P<output>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
_FILE = re.compile(
    r"^\*\*`(?P<path>[^`]+)`\*\*\n\n```\w+\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class CodeBlock:
    """One block: its document's path, the line its code begins on, language, code, and output.

    The output is what a `text` block right under it shows; None when there is none.
    """

    document: str
    line: int
    language: str
    code: str
    output: str | None

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def find_code_blocks(document: str, language: str) -> list[CodeBlock]:
    """Return the blocks of one language in a document, whose path is relative to the project."""
    text = (PROJECT / document).read_text()
    return [
        CodeBlock(
            document,
            text.count("\n", 0, match.start("code")) + 1,
            language,
            match["code"],
            match["output"],
        )
        for match in _FENCE.finditer(text)
        if match["language"] == language
    ]


def read_files(document: str) -> dict[str, str]:
    """Return the code of every block that is a file, by the path that the document gives it."""
    text = (PROJECT / document).read_text()
    return {match["path"]: match["code"] for match in _FILE.finditer(text)}


def write_files(document: str, folder: Path) -> list[Path]:
    """Write those files into a folder, and return their paths."""
    files = {folder / path: code for path, code in read_files(document).items()}
    for path, code in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    return list(files)
