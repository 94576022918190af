"""Processing again what failed: messages by error and time, and payloads that were kept whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from wa_webhook.migrate.turns import TRY_AGAIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from psycopg import Connection

MESSAGES_A_CALL = 100
"""One call is one transaction, which holds its users' locks."""
DISMISSED_A_CALL = 1000
MOVED_ON = "WA042"
"""The SQLSTATE of a replay that no longer fits its conversation."""

_ENDS = ("processed", "duplicate", "ignored", "invalid_sender", "failed")


@dataclass(frozen=True)
class Choice:
    """What to replay: errors like an SQL pattern (None: any), received in a span of time.

    `even_if_moved_on`: also what no longer fits the conversation that it failed in.
    """

    error: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    even_if_moved_on: bool = False


@dataclass
class Outcome:
    """How many were replayed, how they ended, and what still fails, by masked error.

    `moved_on` were left as they are, since their conversations have moved on.
    """

    replayed: int = 0
    moved_on: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        return {
            "replayed": self.replayed,
            "moved_on": self.moved_on,
            "ends": dict(self.ends),
            "errors": dict(self.errors),
        }


class Replayer:
    """Replays over one connection in autocommit, so that an interruption loses nothing done."""

    def __init__(self, connection: Connection[Any], schema: str, private_schema: str) -> None:
        self._connection = connection
        self._schema = sql.Identifier(schema)
        self._private_schema = sql.Identifier(private_schema)

    def list_failed(self, choice: Choice) -> Mapping[str, Any]:
        """Return what `wa_failed_events` does: `messages`, `moved_on`, `is_capped` and `errors`."""
        failed: Mapping[str, Any] = self._fetch(
            sql.SQL("select {}.wa_failed_events(%s, %s, %s, true)").format(self._schema),
            _span(choice),
        )
        return failed

    def replay_message(self, wa_message_id: str, *, even_if_moved_on: bool) -> Outcome:
        """Replay one message. Raises psycopg.Error, WA007 when there is no such failed one."""
        started = self._now()
        statement = sql.SQL("select {}.wa_replay_event(%s, %s)").format(self._schema)
        try:
            answer = self._fetch(statement, (wa_message_id, even_if_moved_on))
        except psycopg.Error as error:
            if error.sqlstate != MOVED_ON:
                raise
            return Outcome(moved_on=1)
        return self._with_errors(_counted(answer), Choice(since=started))

    def replay_messages(self, choice: Choice) -> Iterator[Outcome]:
        """Replay in calls of a hundred, and yield the outcome so far after each."""
        started = self._now()
        chosen = Choice(choice.error, choice.since, min(choice.until or started, started))
        statement = sql.SQL("select {}.wa_replay_events(%s, %s, %s, %s, %s)").format(self._schema)
        total = Outcome()
        left = choice.limit
        while left is None or left > 0:
            batch = MESSAGES_A_CALL if left is None else min(left, MESSAGES_A_CALL)
            answer = self._fetch(statement, (*_span(chosen), batch, choice.even_if_moved_on))
            total.replayed += answer["replayed"]
            total.moved_on = answer["moved_on"]
            total.ends.update({end: answer[end] for end in _ENDS if answer.get(end)})
            left = None if left is None else left - batch
            if not answer["has_more"] or left == 0:
                break
            yield total
        yield self._with_errors(total, Choice(since=started))

    def list_payloads(self, choice: Choice) -> list[tuple[int, str, str | None]]:
        """Return id, reason and masked error of the kept payloads that wait, oldest first."""
        statement = sql.SQL(
            """
            select kept.id, kept.reason, left(kept.error, 5)
            from {}.kept_payloads as kept
            where kept.replayed_at is null and kept.reason <> 'text_replaced'
                and kept.received_at >= coalesce(%(since)s::timestamptz, '-infinity')
                and kept.received_at < coalesce(%(until)s::timestamptz, 'infinity')
                and (%(error)s::text is null or kept.error like %(error)s)
            order by kept.id
            limit %(limit)s::bigint
            """
        ).format(self._private_schema)
        return self._connection.execute(statement, asdict(choice)).fetchall()

    def replay_payloads(self, choice: Choice) -> Iterator[Outcome]:
        """Replay kept payloads one by one, and yield the outcome so far after each."""
        statement = sql.SQL("select {}.wa_replay_payload(%s, %s)").format(self._schema)
        total = Outcome()
        started = self._now()
        for payload_id, _reason, _error in self.list_payloads(choice):
            try:
                answer = self._fetch(statement, (payload_id, choice.even_if_moved_on))
            except psycopg.Error as error:
                if error.sqlstate == MOVED_ON:
                    total.moved_on += 1
                    continue
                if not _is_about_the_payload(error):
                    raise
                total.ends["failed"] += 1
                total.errors[f"payload {payload_id}: {error.sqlstate}{_hint(error)}"] += 1
            else:
                total.ends.update({end: answer[end] for end in _ENDS if answer.get(end)})
            total.replayed += 1
            yield total
        yield self._with_errors(total, Choice(since=started))

    def dismiss_message(self, wa_message_id: str) -> int:
        """Let one failed message go. Raises psycopg.Error, WA007 when there is no such one."""
        self._fetch(
            sql.SQL("select {}.wa_dismiss_event(%s)").format(self._schema), (wa_message_id,)
        )
        return 1

    def dismiss_messages(self, choice: Choice) -> Iterator[int]:
        """Let failed messages go without effect, and yield how many by now after each call."""
        statement = sql.SQL("select {}.wa_dismiss_events(%s, %s, %s, %s)").format(self._schema)
        dismissed = 0
        while choice.limit is None or dismissed < choice.limit:
            left = DISMISSED_A_CALL if choice.limit is None else choice.limit - dismissed
            answer = self._fetch(statement, (*_span(choice), min(left, DISMISSED_A_CALL)))
            dismissed += answer["dismissed"]
            yield dismissed
            if not answer["has_more"]:
                break

    def dismiss_payloads(self, choice: Choice) -> Iterator[int]:
        """Let kept payloads go one by one, and yield how many by now after each."""
        statement = sql.SQL("select {}.wa_dismiss_payload(%s)").format(self._schema)
        for dismissed, (payload_id, *_) in enumerate(self.list_payloads(choice), 1):
            self._fetch(statement, (payload_id,))
            yield dismissed

    def _with_errors(self, outcome: Outcome, choice: Choice) -> Outcome:
        if outcome.ends["failed"]:
            for failed in self.list_failed(choice)["errors"]:
                outcome.errors[failed["error"]] += failed["messages"]
        return outcome

    def _now(self) -> datetime:
        now: datetime = self._fetch(sql.SQL("select pg_catalog.now()"), ())
        return now

    def _fetch(self, statement: sql.SQL | sql.Composed, parameters: tuple[object, ...]) -> Any:  # noqa: ANN401
        retrying = Retrying(
            retry=retry_if_exception_type(TRY_AGAIN),
            stop=stop_after_attempt(5),
            wait=wait_random_exponential(multiplier=0.1, max=2),
            reraise=True,
        )
        row = retrying(self._connection.execute, statement, parameters).fetchone()
        return row[0] if row else None


def _span(choice: Choice) -> tuple[object, ...]:
    return choice.error, choice.since or "-infinity", choice.until or "infinity"


def _counted(answer: Mapping[str, Any]) -> Outcome:
    ends = Counter({end: answer[end] for end in _ENDS if answer.get(end)})
    return Outcome(replayed=1, ends=ends)


def _hint(error: psycopg.Error) -> str:
    return f" ({error.diag.message_hint})" if error.diag.message_hint else ""


def _is_about_the_payload(error: psycopg.Error) -> bool:
    """Whether another payload may fare better: no lost connection, missing right or routine."""
    return error.sqlstate is not None and not error.sqlstate.startswith(
        ("08", "42", "53", "57", "58")
    )
