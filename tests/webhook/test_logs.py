"""One JSON object a line, and nothing personal in it."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from psycopg import Connection
from psycopg.rows import DictRow

from handler.process.logs import configure_logging, log_events, log_notice, logger


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log stream; the former configuration comes back after the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging(stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def parsed(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_object_with_time_and_level(lines: io.StringIO) -> None:
    logger.info("SOMETHING_HAPPENED", count=2)
    (event,) = parsed(lines)
    assert event.pop("timestamp").endswith("Z")
    assert event == {"event": "SOMETHING_HAPPENED", "level": "info", "count": 2}


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("sent to +34600111222", "600111222"),
        ("sent to +34 600 111 222.", "111 222"),
        ("from 34600111222", "34600111222"),
        ("postgresql://role:hunter2@host/db", "hunter2"),
        ("host=h password=hunter2", "hunter2"),
        ("Authorization: Bearer EAAGm0hunter2", "hunter2"),
        ("sha256=" + "ab" * 32, "abab"),
    ],
)
def test_numbers_and_secrets_are_masked_at_any_depth(
    lines: io.StringIO, text: str, secret: str
) -> None:
    logger.warning("EVENT", text=text, nested={"list": [text]})
    logging.getLogger("library").error("%s", text)
    assert secret not in lines.getvalue()
    assert len(parsed(lines)) == 2


def test_times_and_counts_stay_readable(lines: io.StringIO) -> None:
    logger.info("EVENT", at="2026-11-23T20:47:01.123456Z", bytes=3145728, host="127.0.0.1")
    (event,) = parsed(lines)
    assert event["at"] == "2026-11-23T20:47:01.123456Z"
    assert (event["bytes"], event["host"]) == (3145728, "127.0.0.1")


def test_a_librarys_log_becomes_an_event(lines: io.StringIO) -> None:
    logging.getLogger("psycopg.pool").warning("error connecting in %r", "pool-1")
    (event,) = parsed(lines)
    assert (event["event"], event["library"]) == ("LIBRARY_LOG", "psycopg.pool")
    assert event["message"] == "error connecting in 'pool-1'"


def test_what_a_pool_says_again_is_written_once_a_minute(lines: io.StringIO) -> None:
    pool = logging.getLogger("psycopg.pool")
    for second, text in ((0, "refused"), (1, "refused"), (2, "no such host"), (61, "refused")):
        record = pool.makeRecord(pool.name, logging.WARNING, "", 0, text, (), None)
        record.created = 1e9 + second
        pool.handle(record)
    assert [event["message"] for event in parsed(lines)] == ["refused", "no such host", "refused"]


def test_events_of_the_database_keep_their_level(lines: io.StringIO) -> None:
    log_events([{"event": "MESSAGE_FAILED", "level": "warning", "sqlstate": "22012"}, {}])
    first, second = parsed(lines)
    assert (first["event"], first["level"], first["sqlstate"]) == (
        "MESSAGE_FAILED",
        "warning",
        "22012",
    )
    assert (second["event"], second["level"]) == ("UNNAMED_EVENT", "info")


def test_of_notices_only_events_are_logged(
    lines: io.StringIO, connection: Connection[DictRow]
) -> None:
    connection.add_notice_handler(log_notice)
    for notice in ("words", '["event"]', '"event"', '{"no": 1}', '{"event": "TOLD"}'):
        connection.execute(f"do $$ begin raise notice '%', '{notice}'; end $$".encode())
    assert [event["event"] for event in parsed(lines)] == ["TOLD"]


async def test_what_one_turn_of_the_event_loop_logs_is_written_in_one_go(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(lines, "write", written.append)
    for number in range(3):
        logger.info("EVENT", number=number)
    assert written == []
    await asyncio.sleep(0)
    (text,) = written
    assert [json.loads(line)["number"] for line in text.splitlines()] == [0, 1, 2]


def test_the_last_lines_of_an_event_loop_are_not_lost(lines: io.StringIO) -> None:
    loop = asyncio.new_event_loop()
    loop.call_soon(lambda: (logger.info("LAST_TURN"), loop.stop()))
    loop.run_forever()
    loop.close()
    logger.info("NO_LOOP")
    assert [event["event"] for event in parsed(lines)] == ["LAST_TURN", "NO_LOOP"]
