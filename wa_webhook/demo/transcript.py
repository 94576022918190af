"""The conversation as it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from wa_webhook.demo.scenes import Photograph
from wa_webhook.meta_stand_in.said import Located, Sent, Tapped, Typed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from wa_webhook.demo.scenes import Scene, Turn
    from wa_webhook.meta_stand_in.people import Person
    from wa_webhook.meta_stand_in.said import Said

_BUBBLE_WIDTH = 72


class Transcript:
    """Prints each scene as it happens: the person on the left, the bot on the right."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def begin(self, scene: Scene) -> None:
        """Print the title of a scene."""
        self._console.print()
        self._console.rule(f"[bold]{scene.title}", align="left")

    def person_says(self, turn: Turn, known: Mapping[str, str]) -> None:
        """Print what a person sends."""
        remarks = []
        if turn.copies > 1:
            remarks.append(f"posted {turn.copies} times at once")
        if turn.is_forged:
            remarks.append("with a wrong signature")
        self._console.print(
            Text(turn.who.name, style="bold cyan"),
            Text(", ".join((_describe_address(turn.who), *remarks)), style="dim"),
        )
        self._console.print(Text(_describe(turn.says, known)))

    def bot_says(self, to: Person, reply: str) -> None:
        """Print a reply."""
        bubble = Panel(
            Text(reply),
            title=f"to {to.name}",
            title_align="left",
            border_style="green",
            width=_BUBBLE_WIDTH,
        )
        self._console.print(Padding(bubble, (0, 0, 0, 6)))

    def nothing_came(self, turn: Turn) -> None:
        """Print that a message rightly had no reply."""
        note = f"answered {turn.status}, no reply" if turn.is_forged else "no reply"
        self._console.print(Padding(Text(note, style="dim"), (0, 0, 0, 6)))

    def is_stored(self, key: str, size_bytes: int, digest: str) -> None:
        """Print where a photograph is, and that its bytes have the hash that Meta told of."""
        notes = f"stored: {key}\n{size_bytes:,} bytes, as sent; sha256 {digest}"
        self._console.print(Padding(Text(notes, style="dim"), (0, 0, 0, 6)))

    def differs(self, to: Person, expected: Sequence[str], replies: Sequence[str]) -> None:
        """Print both sides of what went wrong."""
        table = Table("expected", "got", title=f"WRONG: to {to.name}", style="red", show_lines=True)
        for position in range(max(len(expected), len(replies))):
            row = (side[position : position + 1] for side in (expected, replies))
            table.add_row(*(Text(cell[0] if cell else "(nothing)") for cell in row))
        self._console.print(table)

    def went_wrong(self, problem: str) -> None:
        """Print a problem that is no reply."""
        self._console.print(Text(f"WRONG: {problem}", style="bold red"))


def _describe_address(who: Person) -> str:
    return f"+{who.phone}" if who.phone else f"{who.user_id}, no phone number"


def _describe(said: Said | Photograph, known: Mapping[str, str]) -> str:
    match said:
        case Typed(text):
            return text.format_map(known)
        case Tapped(title):
            return f"[{title}]"
        case Located(name, latitude, longitude):
            return f"(location) {name}, {latitude:g} {longitude:g}"
        case Photograph(file):
            return f"(photograph) {file.name}"
        case Sent(message_type, content):
            return f"({message_type}) {content.get('emoji', '')}"
