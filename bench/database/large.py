"""The largest webhook that Meta may post, made of many small things: time beside size."""

from __future__ import annotations

import functools
import json
import time
from typing import TYPE_CHECKING, Any

from bench.comparison import Spread, compare, take_turns
from bench.people import FIRST_PHONE, NUMBER_ID, UNBOUNDED_ANSWERS
from bench.report import Section, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import psycopg

    from bench.run import Run

MOST_BYTES = 3_000_000
MOST_SECONDS = 10
QUARTER, HALF, ALL = "25%", "50%", "100%"
SHARES = {QUARTER: 0.25, HALF: 0.5, ALL: 1.0}
DATABASE = "bench_large_bodies"

_HELD_BACK_BY = (
    "time passed is what a sender waits, and the largest bodies write the most log in it: in the"
    " session's CPU alone the steepest growth measured was 4.73 (messages of one user, 4.05 to"
    " 5.17). Every statement reads a body once; their rows meet larger indexes as it grows."
)

_ACCOUNT_ID = "102290129340398"

_SEND = """
with recipient as (
  insert into public.profiles (whatsapp_e164)
  select '+' || (%(first)s + number) from generate_series(1, %(count)s) as number
  returning user_id, whatsapp_e164
),
opened as (
  insert into wa.service_windows (user_id, phone_number_id, last_inbound_at)
  select user_id, %(number)s, now() from recipient
)
insert into public.notifications (user_id, recipient, phone_number_id, payload)
select user_id, whatsapp_e164, %(number)s, '{"type": "text", "text": {"body": "hello"}}'
from recipient
"""
_BREAK_HELP = "update wa.flow_states set step_function = 'step_missing' where state = 'help'"
_CLAIM = "select id, request from public.wa_notifications_claim('bench', 1000, '1 hour')"


def measure(run: Run) -> Section:
    """Dispatch each kind at a quarter, a half and all of 3 MB."""
    table = Table(("made of", "number in 3 MB", *(f"{share} of it, s" for share in SHARES)))
    growth = {}
    slow = []
    for name, build in _KINDS.items():
        run.say(name)
        count = _count_that_fits(build)
        samples = take_turns(
            {
                share: functools.partial(_measure_one, run, name, build, round(count * part))
                for share, part in SHARES.items()
            },
            run.choose(1, 3),
        )
        table.add(name, count, *(f"{Spread.of(samples[share]).median:.2f}" for share in SHARES))
        growth[name] = (samples[ALL], samples[QUARTER])
        if max(samples[ALL]) > MOST_SECONDS:
            slow.append(name)
    return Section(
        name="large",
        title="The largest webhooks",
        method=(
            "One call of `wa_dispatch` with one body, in a database of its own each time. The body"
            " is made of as many of one thing as fit into a quarter, a half and all of 3 MB."
        ),
        tables=[table],
        ratios=[
            compare(
                f"{name}: all / a quarter",
                whole,
                quarter,
                at_most=5,
                number=8,
                held_back_by=_HELD_BACK_BY,
            )
            for name, (whole, quarter) in growth.items()
        ],
        notes=[f"Longer than {MOST_SECONDS} s: {', '.join(slow) or 'none'}."],
    )


def _measure_one(run: Run, name: str, build: Callable[[int], Any], count: int) -> float:
    with run.server.database(DATABASE), run.server.connect(DATABASE, "wa_edge_role") as edge:
        if name in _ABOUT_OURS:
            with run.server.connect(DATABASE) as owner:
                body = _body(statuses=_statuses_of_ours(owner, count, name))
        else:
            body = build(count)

        with run.server.connect(DATABASE) as owner:
            owner.execute(UNBOUNDED_ANSWERS)
            if name in _FAILING:
                owner.execute(_BREAK_HELP)
        text = json.dumps(body)
        begun = time.perf_counter()
        edge.execute("select public.wa_dispatch(%s::jsonb)", (text,))
        return time.perf_counter() - begun


def _count_that_fits(build: Callable[[int], Any]) -> int:
    return MOST_BYTES * 1000 // len(json.dumps(build(1000)))


def _statuses_of_ours(
    owner: psycopg.Connection[Any], count: int, name: str
) -> Sequence[dict[str, Any]]:
    """Queue and claim as many messages, and return what Meta would report of them."""
    owner.execute("update wa.settings set value = '0' where key = 'number_rate_per_second'")
    owner.execute(_SEND, {"first": FIRST_PHONE, "count": count, "number": NUMBER_ID})
    owner.execute("analyze")
    statuses: list[dict[str, Any]] = []
    while claimed := owner.execute(_CLAIM).fetchall():
        for number, request in claimed:
            status = _status(number, _ABOUT_OURS[name])
            status["recipient_id"] = request["to"].lstrip("+")
            status["biz_opaque_callback_data"] = request["biz_opaque_callback_data"]
            statuses.append(status)
    if len(statuses) != count:
        raise RuntimeError(f"{len(statuses)} of {count} messages were claimed")
    return statuses


def _status(number: int, status: str = "delivered") -> dict[str, Any]:
    built: dict[str, Any] = {
        "id": f"wamid.HBgLMzQ2MDAwMDAw{number:09}",
        "status": status,
        "timestamp": str(int(time.time())),
        "recipient_id": str(FIRST_PHONE + number),
        "biz_opaque_callback_data": f"{number}.1795870484326684.0123456789abcdef",
    }
    if status == "failed":
        built["errors"] = [{"code": 131026, "title": "Message undeliverable"}]
    return built


def _message(number: int, sender: int | None) -> dict[str, Any]:
    built: dict[str, Any] = {
        "id": f"wamid.HBgLMzQ2MDAwMDAw{number:09}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": "menu"},
    }
    if sender is not None:
        built["from"] = str(FIRST_PHONE + sender)
    return built


def _reaction(number: int) -> dict[str, Any]:
    reaction = {"message_id": "wamid.HBgLMzQ2MDAwMDAw", "emoji": "+"}
    return _message(number, number) | {"type": "reaction", "reaction": reaction}


def _contact(number: int) -> dict[str, Any]:
    return {"wa_id": str(FIRST_PHONE + number), "profile": {"name": "Ana"}}


def _body(**value: object) -> dict[str, Any]:
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER_ID}, **value}
    return _changes([{"field": "messages", "value": value}])


def _changes(changes: list[Any]) -> dict[str, Any]:
    entry = {"id": _ACCOUNT_ID, "changes": changes}
    return {"object": "whatsapp_business_account", "entry": [entry]}


_FAILING = {"messages that fail, of as many users"}
_ABOUT_OURS = {"statuses of what we sent": "delivered", "failures of what we sent": "failed"}
_KINDS: dict[str, Callable[[int], Any]] = {
    "statuses of what we sent": lambda count: _body(statuses=[_status(n) for n in range(count)]),
    "failures of what we sent": lambda count: _body(
        statuses=[_status(n, "failed") for n in range(count)]
    ),
    "statuses of others' messages": lambda count: _body(
        statuses=[_status(n) for n in range(count)]
    ),
    "messages of one user": lambda count: _body(messages=[_message(n, 0) for n in range(count)]),
    "messages of as many users": lambda count: _body(
        messages=[_message(n, n) for n in range(count)]
    ),
    "messages of as many users, with contacts": lambda count: _body(
        messages=[_message(n, n) for n in range(count)],
        contacts=[_contact(n) for n in range(count)],
    ),
    "messages that fail, of as many users": lambda count: _body(
        messages=[_message(n, n) | {"text": {"body": "help"}} for n in range(count)]
    ),
    "reactions of as many users": lambda count: _body(
        messages=[_reaction(n) for n in range(count)]
    ),
    "messages of nobody": lambda count: _body(
        messages=[_message(n, None) for n in range(count)],
        contacts=[_contact(n) for n in range(2)],
    ),
    "changes of a message each": lambda count: _changes(
        [_body(messages=[_message(n, n)])["entry"][0]["changes"][0] for n in range(count)]
    ),
    "one message and contacts": lambda count: _body(
        messages=[_message(0, 0)], contacts=[_contact(n) for n in range(count)]
    ),
    "empty statuses": lambda count: _body(statuses=[{}] * count),
    "empty messages": lambda count: _body(messages=[{}] * count),
    "empty changes": lambda count: _changes([{}] * count),
    "empty entries": lambda count: {
        "object": "whatsapp_business_account",
        "entry": [{}] * count,
    },
    "changes of an unknown field": lambda count: _changes([{"field": "x", "value": {}}] * count),
    "templates that were paused": lambda count: _changes(
        [
            {
                "field": "message_template_status_update",
                "value": {
                    "event": "PAUSED",
                    "message_template_name": f"offer_{number}",
                    "message_template_language": "en",
                },
            }
            for number in range(count)
        ]
    ),
}
