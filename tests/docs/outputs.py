"""What a block prints, compared with what the document shows under it.

The document shows real output. Times, ids and measured figures differ from run to run and the
width of a column with them, so both sides are brought to one form first. In what is shown, `…`
stands for anything: for any lines where it stands alone.
"""

from __future__ import annotations

import re

_VARYING = (
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(\+\d\d(:\d\d)?| UTC)?", "<time>"),
    (r"\d{4}-\d\d-\d\d", "<date>"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>"),
    (r"wamid\.[0-9a-f]{32}", "<message id>"),
    (r"\b1[0-9]{9}\b", "<Unix seconds>"),
    (r"\b\d+:\d\d:\d\d\b", "<span>"),
    (r"\b\d+\.\d{3,}\b", "<seconds>"),
    (r"127\.0\.0\.1:\d+", "<host>"),
    (r"-+(\+-+)*$", "<rule>"),
    (r"[ \t]+", " "),
)

_PROGRESS = re.compile(r"[a-z]+ing\b.*, \d+ s")
"""What a command says of its progress, which it only comes to on a busy machine."""


def normalize(output: str) -> list[str]:
    """Return the lines that say something, with everything that varies in one form."""
    lines = []
    for line in output.splitlines():
        for pattern, form in _VARYING:
            line = re.sub(pattern, form, line)
        if (line := line.strip()) and not _PROGRESS.fullmatch(line):
            lines.append(line)
    return lines


def is_as_shown(printed: str, shown: str | None) -> bool:
    """Return whether a block printed what the document shows.

    Nothing is shown of a block that prints nothing but what psql says of a change, `UPDATE 1`.
    """
    lines = normalize(printed)
    if shown is None:
        return all(re.fullmatch(r"(INSERT 0|UPDATE|DELETE) \d+", line) for line in lines)
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in normalize(shown)
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)) is not None
