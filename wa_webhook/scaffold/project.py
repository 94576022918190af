"""A team's own project: its flows with their tests, and what it needs to run and ship them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from wa_webhook.scaffold.files import ScaffoldError, fill_in, write_files
from wa_webhook.scaffold.flow import fill_in_flow, fill_in_languages
from wa_webhook.scaffold.languages import SPOKEN_ALWAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_FLOW = "welcome"

_NEEDED = (
    *("WA_APP_SECRET", "WA_VERIFY_TOKEN", "WA_DATABASE_URL", "WA_PHONE_ID", "WA_WABA_ID"),
    *("WA_BOT_NUMBER_E164", "ALERT_WEBHOOK_URL"),
)
"""What a team sets; everything else has a default, which our own example tells."""
_VARIABLE = re.compile(r"(?:# )?([A-Z][A-Z0-9_]*)=")
_PARAGRAPH = re.compile(r"(?:^#(?! [A-Z_0-9]+=).*\n)+(?:^(?:# )?[A-Z_0-9]+=.*\n)+", re.MULTILINE)


def make_project(folder: Path, languages: Sequence[str] = SPOKEN_ALWAYS) -> list[Path]:
    """Write a project with one flow into a folder, made if need be; return the files' paths.

    Its bot speaks `languages`, at first the first of them. Raises ScaffoldError for what is
    no language, for a folder that holds anything, and where nothing can be written.
    """
    title = folder.resolve().name or "bot"
    project = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "bot"
    contents = fill_in("project", {"project": project, "title": title})
    contents[".env.example"] = write_example(read_example())
    flow = fill_in_flow(FIRST_FLOW, languages) | fill_in_languages(languages, alone=True)
    for path, text in flow.items():
        contents[f"flows/{FIRST_FLOW}/{path}"] = text
    return write_files(folder, contents)


def read_example() -> str:
    """Return our own .env.example, which names every variable.

    It is inside an installed wheel, or in the checkout. Raises ScaffoldError without either.
    """
    package = Path(__file__).resolve().parents[1]
    for path in (package / "_env.example", package.parent / ".env.example"):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise ScaffoldError(f"no .env.example beside or inside {package}")


def write_example(example: str) -> str:
    """Return the head of an example and those of its paragraphs that a team needs."""
    head = example[: example.index("\n\n")]
    needed = [
        paragraph[0]
        for paragraph in _PARAGRAPH.finditer(example.removeprefix(head))
        if not set(_NEEDED).isdisjoint(_VARIABLE.findall(paragraph[0]))
    ]
    return f"{head}\n\n{''.join(needed)}"
