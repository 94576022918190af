"""How many characters WhatsApp shows of a flow's texts, as far as its own files tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wa_webhook.migrate.files import read_text

if TYPE_CHECKING:
    from wa_webhook.flows.declaration_file import DeclarationFile

_CHOICES = re.compile(r"'\{([a-z0-9_.=:,\s]+)\}'")
_TITLE = re.compile(r"=([a-z0-9_.]+)'")
_BUTTON, _ROW, _DESCRIPTION = 20, 24, 72
_MOST_BUTTONS = 3


def find_limits(file: DeclarationFile) -> dict[str, int]:
    """Return the names of texts that are rows of the menu or choices of a step, with their limits.

    `wa-webhook flows check` judges the same in a database; here it is known without one.
    """
    limits: dict[str, int] = {}
    for path in sorted(file.path.parent.glob("steps/**/*.sql")):
        source = read_text(path)
        limits |= dict.fromkeys(_TITLE.findall(source), _BUTTON)
        for literal in _CHOICES.findall(source):
            choices = [one.strip().rpartition("=")[2] for one in literal.split(",")]
            most = _BUTTON if len(choices) <= _MOST_BUTTONS else _ROW
            limits |= dict.fromkeys(choices, most)
    for entry in file.declaration.get("entries", {}).values():
        menu = entry.get("menu", {})
        if isinstance(menu, str):
            menu = {"title": menu}
        for member, most in (("title", _ROW), ("description", _DESCRIPTION)):
            if member in menu:
                limits[menu[member]] = most
    return limits
