"""A conversation as a file: what people do on the phone, and what they are to see, a line each."""

from __future__ import annotations

import asyncio
import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast, get_args

from pydantic import ValidationError

from wa_webhook.meta_stand_in.rendering import list_choices, render_message
from wa_webhook.phone.content import SaidError
from wa_webhook.phone.said import Choice, File, Place, Reaction, Said
from wa_webhook.phone.trouble import Change, FailOnce, Order, Pass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from wa_webhook.phone.chat import Chat
    from wa_webhook.phone.phone import Phone

_PATIENCE_SECONDS = 20.0
VERBS = {
    "as": "NAME",
    "say": "TEXT",
    "tap": "TITLE",
    "place": "LATITUDE LONGITUDE NAME",
    "file": "PATH",
    "react": "EMOJI",
    "again": "",
    "outside": "",
    "see": "TEXT",
    "trouble": "SWITCH VALUE",
    "fail": "HOW CODE",
    "later": "SECONDS",
    "release": "ORDER",
}
"""What a line may begin with, and what follows."""


class ScriptError(Exception):
    """A line that is wrong, or that was not followed; the message names it."""


class Line(NamedTuple):
    """A verb and the rest of its line."""

    number: int
    verb: str
    rest: str


def read_script(file: Path) -> list[Line]:
    """Return the lines of a file; those that are empty or begin with # are none.

    Raises ScriptError.
    """
    try:
        written = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"{file}: {error}") from None
    lines = []
    for number, line in enumerate(written, start=1):
        verb, _, rest = line.strip().partition(" ")
        if not verb or verb.startswith("#"):
            continue
        if verb not in VERBS or (VERBS[verb] != "" and not rest.strip()):
            known = ", ".join(f"{verb} {what}".strip() for verb, what in VERBS.items())
            raise ScriptError(f"line {number}: {line.strip()!r} is none of: {known}")
        lines.append(Line(number, verb, rest.strip()))
    return lines


@dataclass
class _Scene:
    """Who acts, and how far each has read."""

    key: str
    read: dict[str, int]
    last: str = ""


class Reader:
    """Follows a script on the phones; `tell` hears of each line as it is done."""

    def __init__(self, phone: Phone, folder: Path, tell: Callable[[str], None]) -> None:
        self._phone = phone
        self._folder = folder
        self._tell = tell
        self._changed = asyncio.Event()
        phone.screens.listeners.append(lambda *_: self._changed.set())

    async def follow(self, lines: Iterable[Line]) -> None:
        """Do what the lines say, one after the other. Raises ScriptError."""
        scene = _Scene(next(key for key, _ in self._phone.people), {})
        for line in lines:
            try:
                await self._do(line, scene)
            except (SaidError, ValidationError, ValueError) as error:
                raise ScriptError(f"line {line.number}: {_first(error)}") from None
            self._tell(f"{line.number:4}  {line.verb} {line.rest}".rstrip())

    async def _do(self, line: Line, scene: _Scene) -> None:
        words = line.rest.split()
        match line.verb:
            case "as":
                scene.key = self._find(line.rest)
            case "see":
                await self._see(line, scene)
            case "again":
                self._phone.deliveries.repeat(scene.key, scene.last)
            case "outside":
                self._phone.set_window(scene.key, is_closed=True)
            case "trouble":
                self._phone.trouble.change(Change.model_validate({words[0]: "".join(words[1:])}))
            case "fail":
                failure = dict(zip(("how", "code"), words, strict=False))
                self._phone.trouble.fail_once(FailOnce.model_validate(failure))
            case "release":
                if line.rest not in get_args(Order):
                    raise SaidError(f"{line.rest} is none of {', '.join(get_args(Order))}")
                self._phone.deliveries.release(cast("Order", line.rest))
            case "later":
                later = Pass.model_validate({"seconds": line.rest})
                await self._phone.let_time_pass(later.passed)
            case _:
                if line.verb == "tap":
                    await self._wait_for_offer(self._chat(scene), line.rest)
                scene.read[scene.key] = len(self._chat(scene).messages)
                scene.last = self._phone.say(scene.key, self._said(line, scene))

    def _said(self, line: Line, scene: _Scene) -> Said:
        chat = self._chat(scene)
        match line.verb:
            case "tap":
                return Said(choice=_find_choice(chat, line.rest))
            case "place":
                latitude, longitude, *name = line.rest.split(maxsplit=2)
                place = {"latitude": latitude, "longitude": longitude, "name": "".join(name)}
                return Said(place=Place.model_validate(place))
            case "file":
                return Said(file=_read_file(self._folder / line.rest))
            case "react":
                return Said(reaction=Reaction(to=next(reversed(chat.accepted)), emoji=line.rest))
            case _:
                return Said(text=line.rest)

    async def _wait_for_offer(self, chat: Chat, title: str) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while True:
                    self._changed.clear()
                    if _find_choice(chat, title) is not None:
                        return
                    await self._changed.wait()
        except TimeoutError:
            raise SaidError(f"nothing offered [{title}]") from None

    async def _see(self, line: Line, scene: _Scene) -> None:
        seen: list[str] = []
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while True:
                    self._changed.clear()
                    seen = self._look(scene)
                    for at, text in enumerate(seen):
                        if line.rest in text:
                            scene.read[scene.key] = scene.read.get(scene.key, 0) + at + 1
                            return
                    await self._changed.wait()
        except TimeoutError:
            told = "\n".join(text for text in seen if text) or "nothing"
            raise ScriptError(
                f"line {line.number}: waited for {line.rest!r}, and saw:\n{told}{self._why(scene)}"
            ) from None

    def _look(self, scene: _Scene) -> list[str]:
        """Return what came since, as one reads it; nothing for what the person said."""
        chat = self._chat(scene)
        return [
            render_message(chat.accepted[message_id].request)
            if message_id in chat.accepted
            else (message.error or "")
            for message_id, message in list(chat.messages.items())[scene.read.get(scene.key, 0) :]
        ]

    def _why(self, scene: _Scene) -> str:
        told = self._phone.deliveries.as_json().get(scene.last, {})
        error = (told.get("event") or {}).get("error")
        return f"\n{error}" if error else ""

    def _chat(self, scene: _Scene) -> Chat:
        return self._phone.chat(scene.key)

    def _find(self, name: str) -> str:
        for key, person in self._phone.people:
            if name in (person.name, person.user_id, f"+{person.phone}"):
                return key
        raise ValueError(f"nobody is called {name}")


def _find_choice(chat: Chat, title: str) -> Choice | None:
    for message_id, accepted in reversed(chat.accepted.items()):
        for one in list_choices(accepted.request):
            choice = one[one["type"]]
            if choice["title"] == title:
                return Choice(message=message_id, id=choice["id"])
    return None


def _read_file(path: Path) -> File:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    mime_type = mimetypes.guess_type(path.name)[0] or ""
    return File.of(path.name, mime_type, content)


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        problem = error.errors()[0]
        return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
    return str(error)
