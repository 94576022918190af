"""Structured logs: one JSON object a line, event names in capitals, personal data masked.

Whoever logs leaves phone numbers, names, texts and secrets away. The masking processor is the
safety net below, for messages that come from libraries.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

import structlog
from psycopg.errors import Diagnostic
from structlog.typing import EventDict, Processor, WrappedLogger

_MASKS = (
    (re.compile(r"(?i)(postgres(?:ql)?://[^:@/\s]*):[^@\s]*@"), r"\1:***@"),
    (re.compile(r"(?i)\b(password|secret|token|key)=\S+"), r"\1=***"),
    (re.compile(r"(?i)\b(bearer|sha256=)\s*[\w.~+/=-]+"), r"\1 ***"),
    (re.compile(r"\bEAA[A-Za-z0-9]{8,}"), "***"),
    (re.compile(r"\+\d[\d ()-]{6,18}\d|\b\d{8,15}\b"), "***"),
)
_SUSPECTS = re.compile(r"(?i)[@=+]|\d{8}|bearer|EAA")
"""Whatever a mask matches holds one of these: most texts are looked at once."""

_LEVELS = frozenset({"debug", "info", "warning", "error", "critical"})

_ENCODER = json.JSONEncoder(default=repr)

logger: structlog.stdlib.BoundLogger = structlog.get_logger()


def configure_logging(stream: TextIO = sys.stdout) -> None:
    """Send the logs of this process and of its libraries to one stream, one JSON object a line."""
    before: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    after: list[Processor] = [mask, structlog.processors.JSONRenderer(serializer=_serialize)]
    structlog.configure(
        processors=[*before, *after],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, _name_library],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *after],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide whatever looks like a phone number or a secret, in texts at any depth."""
    return {
        key: value if key == "timestamp" or type(value) is int else _masked(value)
        for key, value in event.items()
    }


def log_events(events: Iterable[Mapping[str, Any]]) -> None:
    """Log the events that SQL hands over, each with its own level."""
    for event in events:
        fields = {key: value for key, value in event.items() if key not in {"event", "level"}}
        level = event.get("level")
        log = getattr(logger, level if level in _LEVELS else "info")
        log(event.get("event", "UNNAMED_EVENT"), **fields)


def log_notice(notice: Diagnostic) -> None:
    """Log a NOTICE that holds one JSON object with an `event`; other notices are not for us."""
    try:
        event = json.loads(notice.message_primary or "")
    except ValueError:
        return
    if isinstance(event, dict) and "event" in event:
        log_events([event])


def _serialize(event: EventDict, **_: object) -> str:
    return _ENCODER.encode(event)


def _name_library(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event["_record"]
    event.update(event="LIBRARY_LOG", library=record.name, message=event["event"])
    return event


def _masked(value: object) -> object:
    if isinstance(value, str):
        if not _SUSPECTS.search(value):
            return value
        for pattern, replacement in _MASKS:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, dict):
        return {key: _masked(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(one) for one in value]
    return value
