"""Reading documents in child processes, which a worker outlives whatever a document does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from importlib.util import find_spec
from typing import Any

from wa_webhook.ocr.reading import HEADER, UnreadableError

_NEEDS = ("rapidocr", "onnxruntime", "pypdfium2", "PIL")
_LONGEST_ANSWER = 4 << 20
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
"""Of the environment: what opens strangers' files has no secrets."""


class ReaderLostError(Exception):
    """The process that read it has ended or gone wrong, and another may read it."""


def is_installed() -> bool:
    """Whether the extra is there. Nothing of it is loaded."""
    return all(find_spec(name) is not None for name in _NEEDS)


class Reader:
    """Reads as many documents at once as it is asked to, each in a process.

    A process loads the engine with its first document, in some two seconds and 500 MB, and is kept
    for the next one for `idle_seconds`.
    """

    def __init__(self, *, max_pages: int, idle_seconds: float = 300) -> None:
        self._max_pages = max_pages
        self._idle_seconds = idle_seconds
        self._idle: dict[Process, asyncio.TimerHandle] = {}

    async def read(self, content: bytes) -> dict[str, Any]:
        """Return page_count and pages, each with page, turned and lines.

        Raises UnreadableError and ReaderLostError. Given up, its process is ended.
        """
        process = self._take_idle() or await _start()
        try:
            answer = await _ask(process, HEADER.pack(len(content), self._max_pages) + content)
        except BaseException:
            await _end(process)
            raise
        self._keep(process)
        if "failed" in answer:
            raise ReaderLostError(answer["failed"])
        if "unreadable" in answer:
            raise UnreadableError(answer["unreadable"])
        return answer

    async def close(self) -> None:
        """End the processes that wait for documents."""
        while process := self._take_idle():
            await _end(process)

    def _take_idle(self) -> Process | None:
        while self._idle:
            process, leaving = self._idle.popitem()
            leaving.cancel()
            if process.returncode is None:
                return process
        return None

    def _keep(self, process: Process) -> None:
        def leave() -> None:
            del self._idle[process]
            # It ends by itself when nothing more can come.
            if process.stdin is not None:
                process.stdin.close()

        loop = asyncio.get_running_loop()
        self._idle[process] = loop.call_later(self._idle_seconds, leave)


async def _start() -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "wa_webhook.ocr.child",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        # Ctrl-C is for the worker, which lets it finish.
        start_new_session=True,
        limit=_LONGEST_ANSWER,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
    )


async def _ask(process: Process, request: bytes) -> dict[str, Any]:
    assert process.stdin is not None  # noqa: S101 (they are pipes)
    assert process.stdout is not None  # noqa: S101
    try:
        process.stdin.write(request)
        await process.stdin.drain()
        line = await process.stdout.readline()
    except OSError:
        line = b""
    if not line.endswith(b"\n"):
        raise ReaderLostError(_how_it_ended(await process.wait()))
    answer: dict[str, Any] = json.loads(line)
    return answer


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"the reader was ended by signal {-code}"
    return f"the reader ended with {code}"


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    # Its pipes are closed with it.
    await asyncio.shield(process.communicate())
