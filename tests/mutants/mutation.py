"""One small fault in one file."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Mutation:
    """`path` is relative to the project; `text[start:end]` of that file becomes `replacement`."""

    path: str
    text: str
    start: int
    end: int
    replacement: str
    kind: str

    @property
    def line(self) -> int:
        """The line that it is on, from one."""
        return self.text.count("\n", 0, self.start) + 1

    @property
    def mutated(self) -> str:
        """The whole file with the fault in it."""
        return self.text[: self.start] + self.replacement + self.text[self.end :]

    @cached_property
    def name(self) -> str:
        """Eight hexadecimal digits that stay while its line does, wherever in the file that is."""
        *above, line = self.text[: self.start].split("\n")
        whole = line + self.text[self.start :].partition("\n")[0]
        place = above.count(whole), len(line), self.end - self.start
        told = (self.path, whole, *map(str, place), self.replacement)
        return hashlib.sha256("\0".join(told).encode()).hexdigest()[:8]

    @property
    def is_as(self) -> tuple[str, str, str]:
        """Path, and the changed lines before and after: what it is, wherever it has moved to."""
        changed = [line for line in self._lines(0) if line.startswith(("-", "+"))]
        before = " ".join(line[1:].strip() for line in changed if line.startswith("-"))
        after = " ".join(line[1:].strip() for line in changed if line.startswith("+"))
        return self.path, before, after

    def diff(self) -> str:
        """Return the fault as `diff -u` shows it, without the names of the files."""
        return "\n".join(self._lines(2))

    def __str__(self) -> str:
        was = " ".join(self.text[self.start : self.end].split())
        return f"{self.path}:{self.line}  {self.kind}: {was or '…'} -> {self.replacement or '…'}"

    def _lines(self, context: int) -> list[str]:
        lines = difflib.unified_diff(
            self.text.splitlines(), self.mutated.splitlines(), lineterm="", n=context
        )
        return list(lines)[2:]
