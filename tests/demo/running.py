"""A running `wa-webhook dev`, and people who write to it through signed webhooks."""

from __future__ import annotations

import re
import shlex
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from handler import signature
from wa_webhook.dev.identity import APP_SECRET, PHONE_NUMBER_ID
from wa_webhook.meta_stand_in.inbound import build_body, build_content
from wa_webhook.meta_stand_in.people import ANA
from wa_webhook.meta_stand_in.rendering import find_choice
from wa_webhook.meta_stand_in.said import Tapped, Typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wa_webhook.meta_stand_in.people import Person

PATIENCE_SECONDS = 120


@dataclass
class Dev:
    """A running `wa-webhook dev`, and what it has printed."""

    process: subprocess.Popen[str]
    printed: str

    def read_until(self, text: str) -> str:
        """Return what is printed up to the line that holds `text`."""
        assert self.process.stdout is not None
        fresh = ""
        for line in self.process.stdout:
            fresh += line
            if text in line:
                break
        self.printed += fresh
        return fresh

    def found(self, pattern: str) -> str:
        """Return the first group of a pattern in what was printed."""
        match = re.search(pattern, self.printed)
        assert match is not None, self.printed
        return match[1]

    def say_hello(self) -> httpx.Response:
        """Do what the printed curl command does."""
        words = shlex.split(self.found(r"(curl .*)"))
        headers = dict(
            words[position + 1].split(": ", 1)
            for position, word in enumerate(words)
            if word == "-H"
        )
        body = Path(words[-1].removeprefix("@")).read_bytes()
        return httpx.post(words[1], content=body, headers=headers, timeout=30)

    def say(self, text: str, who: Person = ANA) -> None:
        """Post what somebody types."""
        self.post(build_content(Typed(text), {}, None), who)

    def tap(self, title: str, who: Person = ANA) -> None:
        """Post the tap of what somebody is offered."""
        self.post(self.offer(title, who), who)

    def offer(self, title: str, who: Person = ANA) -> dict[str, Any]:
        """Return the tap of that title in the latest message to somebody that offered it."""
        record = httpx.get(self.found(r"stand-in +(http\S+)"), timeout=30).json()["accepted"]
        for accepted in reversed(record):
            choice = find_choice(accepted["request"], title)
            if choice is not None and accepted["recipient"] == who.phone:
                return build_content(Tapped(title), {}, choice, accepted["wa_message_id"])
        raise AssertionError(f"nothing offered [{title}] to {who.name}")

    def post(self, content: dict[str, Any], who: Person = ANA) -> None:
        """Post a message, signed as Meta signs it."""
        body = build_body(who, content, phone_number_id=PHONE_NUMBER_ID)
        headers = {signature.HEADER: signature.sign(body, APP_SECRET.encode())}
        url = self.found(r"webhook +(http\S+)")
        answer = httpx.post(url, content=body, headers=headers, timeout=30)
        assert answer.json()["processed"] == 1, answer.text

    def stop(self, number: int) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        self.printed += self.process.communicate(timeout=PATIENCE_SECONDS)[0]
        return self.process.returncode


@contextmanager
def running(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Iterator[Dev]:
    """Run the command in a folder until the block ends."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=folder, env=environment
    )
    dev = Dev(process, "")
    try:
        dev.read_until("Ctrl-C stops everything")
        yield dev
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)
