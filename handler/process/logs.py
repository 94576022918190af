"""Structured logs: one JSON object a line, event names in capitals, personal data masked.

Whoever logs leaves phone numbers, names, texts and secrets away. Masking every text is the safety
net below, for messages that come from libraries.
"""

import asyncio
import functools
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, TextIO

import structlog
from psycopg.errors import Diagnostic
from structlog.typing import EventDict, WrappedLogger

_MASKS = (
    (re.compile(r"(?i)(postgres(?:ql)?://[^:@/\s]*):[^@\s]*@"), r"\1:***@"),
    (re.compile(r"(?i)\b(password|secret|token|key)=\S+"), r"\1=***"),
    (re.compile(r"(?i)\b(bearer|sha256=)\s*[\w.~+/=-]+"), r"\1 ***"),
    (re.compile(r"\bEAA[A-Za-z0-9]{8,}"), "***"),
    (re.compile(r"\+\d[\d ()-]{6,18}\d|\b\d{8,15}\b"), "***"),
)
_SUSPECTS = re.compile(r"(?i)[@=+]|\d{8}|bearer|EAA")
"""Whatever a mask matches holds one of these: most texts are looked at once."""

_LONGEST_WORD = 32
"""Event names, reasons and classes come again and again; what is longer is not kept in memory."""

_POOL = "psycopg.pool"
_POOL_PAUSE_SECONDS = 60.0

_LEVELS = frozenset({"debug", "info", "warning", "error", "critical"})

_ENCODER = json.JSONEncoder(default=repr)

logger: structlog.stdlib.BoundLogger = structlog.get_logger()

BUSINESS: ContextVar[str] = ContextVar("business", default="")
"""Whose work this is, where a process has several; log lines and alerts say so."""


class Lines:
    """Writes what one turn of the event loop logs in one go; without a loop, each line at once.

    For one thread, as the processes here have.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: list[str] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def add(self, line: str) -> None:
        """Write a line, before the loop next waits for anything."""
        self._lines.append(f"{line}\n")
        if self._loop is None or not self._loop.is_running():
            self._begin()

    def _begin(self) -> None:
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            self._write()
        else:
            self._loop.call_soon(self._write)

    def _write(self) -> None:
        lines, self._lines, self._loop = self._lines, [], None
        self._stream.write("".join(lines))
        self._stream.flush()

    debug = info = warning = error = critical = add
    """structlog calls the method of the event's level."""


def configure_logging(stream: TextIO = sys.stdout) -> None:
    """Send the logs of this process and of its libraries to one stream, one JSON object a line."""
    lines = Lines(stream)
    structlog.configure(
        processors=[render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: lines,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[
            _name_library,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            render,
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    handler.addFilter(_AgainOfPool())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def render(_logger: WrappedLogger, method: str, event: EventDict) -> str:
    """Write an event as a line, hiding what looks like a phone number or a secret, at any depth."""
    masked = {key: value if type(value) is int else _masked(value) for key, value in event.items()}
    if business := BUSINESS.get():
        masked["business"] = business
    masked["level"] = method
    masked["timestamp"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return _ENCODER.encode(masked)


def place_of(error: BaseException, within: str | None = None) -> str:
    """Return where an error was raised, as `file.py:line`, and nothing of its message.

    `within` is the path of a file: the last place in it, where the error came through it.
    """
    frames = traceback.extract_tb(error.__traceback__)
    frame = ([one for one in frames if one.filename == within] or frames)[-1]
    return f"{PurePath(frame.filename).name}:{frame.lineno}"


def log_events(events: Iterable[Mapping[str, Any]]) -> None:
    """Log the events that SQL hands over, each with its own level."""
    bound = logger.bind()
    for event in events:
        fields = dict(event)
        level = fields.pop("level", None)
        log = getattr(bound, level if level in _LEVELS else "info")
        log(fields.pop("event", "UNNAMED_EVENT"), **fields)


def log_notice(notice: Diagnostic) -> None:
    """Log a NOTICE that holds one JSON object with an `event`; other notices are not for us."""
    try:
        event = json.loads(notice.message_primary or "")
    except ValueError:
        return
    if isinstance(event, dict) and "event" in event:
        log_events([event])


class _AgainOfPool(logging.Filter):
    """Leaves out what a pool said a moment ago: without a database it tries again all the time."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name != _POOL:
            return True
        lately = record.created - _POOL_PAUSE_SECONDS
        self._said = {text: at for text, at in self._said.items() if at > lately}
        return self._said.setdefault(record.getMessage(), record.created) == record.created


def _name_library(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event["_record"]
    event.update(event="LIBRARY_LOG", library=record.name, message=event["event"])
    return event


def _mask(text: str) -> str:
    if _SUSPECTS.search(text):
        for pattern, replacement in _MASKS:
            text = pattern.sub(replacement, text)
    return text


_mask_word = functools.lru_cache(maxsize=256)(_mask)


def _masked(value: object) -> object:
    if isinstance(value, str):
        return _mask_word(value) if len(value) <= _LONGEST_WORD else _mask(value)
    if isinstance(value, dict):
        return {key: _masked(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(one) for one in value]
    return value
