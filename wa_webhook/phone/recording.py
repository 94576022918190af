"""A conversation as a test: what a person did, and what they were answered."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from wa_webhook.meta_stand_in.rendering import render_message
from wa_webhook.phone.content import SaidError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wa_webhook.meta_stand_in.people import Person
    from wa_webhook.pages.message import Content
    from wa_webhook.phone.chat import Chat

_LONGEST_LINE = 100


class Recorded(NamedTuple):
    """A file's name, and what stands in it."""

    name: str
    code: str


class _Step(NamedTuple):
    """A call of the testing kit, if it has one for this, what it brings, and a remark."""

    call: str | None
    replies: list[str]
    remark: str | None = None


def record_test(
    person: Person,
    chat: Chat,
    happened: Mapping[str, Mapping[str, Any]],
    passed: Sequence[tuple[str, float]],
) -> Recorded:
    """Return a test with the testing kit that says the same, and expects the same answers.

    `happened` is what came of each message, by its id; `passed` are moments (ISO 8601) at which so
    many seconds passed at once. What depends on a worker ends it, since a test has none. Raises
    SaidError where nothing was said, or where what was said failed.
    """
    name = re.sub(r"\W+", "_", person.name.lower()).strip("_")
    who = name if name.isidentifier() and name != "chat" else "person"
    steps = list(_steps(chat, happened, passed, who))
    if not steps:
        raise SaidError(f"{person.name} has said nothing that could be a test")
    known = {"phone": person.phone, "user_id": person.user_id}
    given = [f"{key}={_text(value)}" for key, value in known.items() if value is not None]
    lines = [
        f'"""What {person.name.replace(chr(34), "")} said on the phone, and was answered."""\n\n',
        f"def test_{who}_is_answered_as_on_the_phone(chat):",
        f"    {who} = chat.person({', '.join([_text(person.name), *given])})",
    ]
    for step in steps:
        lines += _write(step)
    return Recorded(f"test_{who}.py", "\n".join(lines) + "\n")


def _steps(
    chat: Chat,
    happened: Mapping[str, Mapping[str, Any]],
    passed: Sequence[tuple[str, float]],
    who: str,
) -> Iterator[_Step]:
    later = list(passed)
    step: _Step | None = None
    for message in chat.messages.values():
        while step is not None and later and later[0][0] <= message.at:
            yield step
            yield _Step(f"chat.passes(seconds={later.pop(0)[1]:g})", [])
            step = _Step(f"{who}.hears()", [])
        if message.direction == "from_business":
            if message.id not in chat.accepted:
                raise SaidError(f"an answer failed, which cannot be expected: {message.error}")
            if step is not None:
                step.replies.append(render_message(chat.accepted[message.id].request))
            continue
        if step is not None:
            yield step
        told = happened.get(message.id, {})
        if (told.get("event") or {}).get("status") == "failed" or message.error:
            raise SaidError("a message failed, which cannot be expected: mend its step first")
        said = chat.said.get(message.id, message.content)
        call = _call(said)
        tasks = [row["kind"] for row in told.get("rows", ()) if row["table"] == "wa.tasks"]
        if tasks:
            remark = f"Go on by hand: no worker does {', '.join(tasks)} here."
            yield _Step(call and f"{who}.{call}", [], remark)
            return
        if call is None:
            step = _Step(None, [], f"Left out: {said.get('other', said['kind'])}.")
        else:
            step = _Step(f"{who}.{call}", [])
    if step is not None:
        yield step


def _call(said: Content) -> str | None:
    """Return what the testing kit calls something that was said, or None where it has no name."""
    text = said.get("text")
    match said["kind"]:
        case "text":
            return f"says({_text(text)})"
        case "tap":
            return f"taps({_text(text)})"
        case "location" if set(said["location"]) == {"latitude", "longitude"}:
            place = said["location"]
            return f"shares_place({place['latitude']}, {place['longitude']})"
        case "location":
            fields = ", ".join(
                f"{_text(key)}: {_text(one)}" for key, one in said["location"].items()
            )
            return f'sends("location", {{{fields}}})'
        case "image":
            return f"sends_picture({_text(text) if text else ''})"
        case "document":
            caption = f", {_text(text)}" if text else ""
            return (
                f"sends_document({_text(said['media'].get('filename', 'document.pdf'))}{caption})"
            )
        case "audio" if said["media"].get("is_voice"):
            return "sends_voice_note()"
    return None


def _write(step: _Step) -> list[str]:
    remark = [f"    # {step.remark}"] if step.remark else []
    if step.call is None:
        if step.replies:
            raise SaidError(f"what was answered depends on what a test cannot say: {step.remark}")
        return remark
    if remark or step.call.startswith("chat."):
        return [f"    {step.call}", *remark]
    replies = [_text(one) for one in step.replies]
    line = f"    assert {step.call} == [{', '.join(replies)}]"
    if len(line) <= _LONGEST_LINE:
        return [line]
    return [f"    assert {step.call} == [", *(f"        {one}," for one in replies), "    ]"]


def _text(value: object) -> str:
    """Return text, or an object of text and numbers, as Python writes it and as JSON does."""
    return json.dumps(value, ensure_ascii=False)
