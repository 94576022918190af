"""What a run found: sections of tables, ratios and plans, written as Markdown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.comparison import Ratio, Spread

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TARGETS = (
    "dispatch beside the writes that no design can avoid",
    "over HTTP beside pywa",
    "claim and settle beside pgmq",
    "cost on full tables beside nearly empty ones",
    "hot users, hot batches and duplicates",
    "memory, and the time to start",
    "signed webhooks while strangers attack",
    "the largest webhooks, in proportion to their size",
    "a bot that answers, beside pywa",
    "tasks beside a queue of jobs",
    "pictures of users beside fetching them alone",
    "dispatch beside the dispatch of before",
    "disk and log of a message",
)

Cell = str | int | float | Spread


@dataclass
class Table:
    """Rows under a header; the first column names the row."""

    header: tuple[str, ...]
    rows: list[tuple[Cell, ...]] = field(default_factory=list)

    def add(self, *cells: Cell) -> None:
        """Add a row."""
        self.rows.append(cells)


@dataclass
class Section:
    """One subject: what was done, figures, ratios, remarks, and long texts to fold away."""

    name: str
    title: str
    method: str
    tables: list[Table] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    has_failed: bool = False


@dataclass
class Report:
    """All sections of a run, and the machine they ran on."""

    machine: Mapping[str, str]
    settings: Mapping[str, str]
    is_quick: bool
    sections: list[Section] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write `results.md`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.md").write_text(self.as_markdown(), encoding="utf-8")

    def as_markdown(self) -> str:
        """Return the report as a person reads it."""
        length = "short run (`--quick`)" if self.is_quick else "full run"
        parts = [
            "# Measurements\n",
            f"Written by `make bench`; a {length}. Absolute figures belong to this machine and this"
            " run. Only ratios are judged: the cases of a comparison took turns, a ratio is the"
            " median of the quotients round by round, and ranges are in brackets.\n",
            _dictionary("Machine", self.machine),
            _dictionary("Server settings", self.settings),
            self._targets(),
        ]
        parts += [_section(section) for section in self.sections]
        return "\n".join(parts)

    def _targets(self) -> str:
        table = Table(("", "target", "wanted", "found", ""))
        held_back: list[str] = []
        ratios = [ratio for section in self.sections for ratio in section.ratios if ratio.number]
        for number, words in enumerate(TARGETS, start=1):
            found = [ratio for ratio in ratios if ratio.number == number]
            if not found:
                table.add(number, words, "", "not measured in this run", "")
            for ratio in found:
                table.add(number, ratio.name, ratio.target, ratio.spread, _verdict(ratio))
                if ratio.is_met is False and ratio.held_back_by:
                    held_back.append(f"- {ratio.name}: {ratio.held_back_by}")
        parts = ["## Targets\n", _table(table)]
        if held_back:
            parts += ["What holds back those that are missed:\n", *held_back, ""]
        return "\n".join(parts)


def _verdict(ratio: Ratio) -> str:
    if ratio.is_met is None:
        return "reported"
    return "met" if ratio.is_met else "**missed**"


def _section(section: Section) -> str:
    parts = [f"## {section.title}\n", section.method + "\n"]
    parts += [_table(table) for table in section.tables]
    if section.ratios:
        ratios = Table(("ratio", "median (range)", "target"))
        for ratio in section.ratios:
            ratios.add(ratio.name, ratio.spread, ratio.target)
        parts.append(_table(ratios))
    parts += [f"- {note}" for note in section.notes]
    if section.notes:
        parts.append("")
    for summary, text in section.details.items():
        parts.append(f"<details><summary>{summary}</summary>\n\n```\n{text}\n```\n\n</details>\n")
    parts.append(f"Took {section.seconds:.0f} s.\n")
    return "\n".join(parts)


def _table(table: Table) -> str:
    lines = [table.header, tuple("---" for _ in table.header)]
    lines += [tuple(_cell(cell) for cell in row) for row in table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cell(cell: Cell) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _dictionary(title: str, entries: Mapping[str, str]) -> str:
    table = Table((title, ""))
    for name, value in entries.items():
        table.add(name, value)
    return _table(table)
