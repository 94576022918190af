"""What was said between one person and us, in both directions, and for how long it is kept."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import dispatch, row, send, value, values
from tests.handover.conftest import ANA, text_of
from tests.operations.command import answer, run
from tests.queue.conftest import Queue

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from tests.handover.conftest import Desk

READ = "select * from public.wa_conversation(%s, max_messages => %s)"


def heard(desk: Desk, who: str = ANA, most: int = 100) -> list[tuple[str, str]]:
    """Return author and first line of each message, as a colleague reads them."""
    rows = desk.agent.execute(READ, (who, most)).fetchall()
    return [(one["author"], (one["body"] or "").split("\n")[0]) for one in rows]


def test_it_holds_both_directions_in_order_and_who_wrote(
    desk: Desk, operator: Connection[DictRow]
) -> None:
    greeting = desk.answers()[0].split("\n")[0]
    operator.execute(
        "select public.wa_notify(%s, %s)", (ANA, Jsonb(text_of("Your parcel is here.")))
    )
    operator.execute("select public.wa_notify_many(array[%s], %s)", (ANA, Jsonb(text_of("Sale!"))))
    desk.takes()
    desk.hears("Is anybody there?")
    desk.replies("Kim here.")
    assert heard(desk) == [
        ("user", "hello"),
        ("bot", greeting),
        ("app", "Your parcel is here."),
        ("broadcast", "Sale!"),
        ("user", "Is anybody there?"),
        ("colleague/Kim", "Kim here."),
    ]
    assert heard(desk, most=2) == heard(desk)[-2:]


@pytest.mark.parametrize(
    ("message", "body"),
    [
        (payloads.list_reply("menu.help", "Help"), "[Help]"),
        (payloads.template_button(text="Yes"), "[Yes]"),
        (payloads.image_message("Here it is"), "(image) Here it is"),
        (payloads.document_message("invoice.pdf"), "(document) invoice.pdf"),
        (payloads.location_message(-1.9441, 30.0619), "(location -1.9441, 30.0619)"),
        (payloads.audio_message(), "(audio)"),
    ],
    ids=lambda given: given["type"] if isinstance(given, dict) else "",
)
def test_what_is_no_text_is_told_in_words(desk: Desk, message: payloads.Json, body: str) -> None:
    send(desk.edge, message)
    assert ("user", body) in heard(desk)


def test_a_menu_is_shown_with_what_can_be_tapped(desk: Desk) -> None:
    bodies = values(desk.agent, "select body from public.wa_conversation(%s)", ANA)
    assert "[Help]" in bodies[1]


def test_a_message_that_failed_and_statuses_are_told(desk: Desk) -> None:
    desk.owner.execute(
        "update wa.flow_states set step_function = 'step_missing' where state = 'help'"
    )
    dispatch(desk.edge, payloads.envelope([payloads.text_message("help")]))
    said = desk.agent.execute(READ, (ANA, 2)).fetchall()
    assert [(one["body"], one["status"]) for one in said[:1]] == [("help", "failed")]
    assert said[0]["error"].startswith("WA003")
    assert said[1]["status"] == "queued"


def test_an_error_is_told_until_a_later_attempt_is_taken(
    desk: Desk, notifier_connection: Connection[DictRow]
) -> None:
    queue = Queue(desk.owner, notifier_connection)
    (claimed,) = queue.claim()
    queue.reject(claimed, 131056)
    told = "select status, error from public.wa_conversation(%s) where author = 'bot'"
    assert row(desk.agent, told, ANA) == {
        "status": "queued",
        "error": "131056 Too many messages to one user (pair limit).",
    }
    queue.make_due(claimed["id"])
    queue.accept(queue.claim())
    assert row(desk.agent, told, ANA) == {"status": "sent", "error": None}


def test_messages_that_come_together_are_kept_as_well(desk: Desk) -> None:
    now = int(time())
    send(
        desk.edge,
        payloads.text_message("two", timestamp=now + 1),
        payloads.text_message("one", timestamp=now),
    )
    assert [body for author, body in heard(desk) if author == "user"] == ["hello", "one", "two"]


def test_what_is_written_within_a_second_is_told_in_the_order_in_which_it_came(
    desk: Desk,
) -> None:
    now, words = int(time()), ["one", "two", "help", "three", "four"]
    desk.owner.execute(
        "update wa.flow_states set step_function = 'step_missing' where state = 'help'"
    )
    ids = [f"wamid.{place}" for place in "ZYXWV"]
    send(
        desk.edge,
        *(
            payloads.text_message(word, timestamp=now, message_id=one)
            for word, one in zip(words, ids, strict=True)
        ),
    )
    told = desk.agent.execute(READ, (ANA, 100)).fetchall()
    users = [one for one in told if one["author"] == "user"]
    assert [one["body"] for one in users] == ["hello", *words]
    before = "select body from public.wa_conversation(%s, 2, %s) where author = 'user'"
    assert values(desk.agent, before, ANA, users[3]["at"]) == ["one", "two"]


def test_nothing_is_kept_where_the_setting_says_so(
    desk: Desk, operator: Connection[DictRow]
) -> None:
    operator.execute("update wa.settings set value = '\"none\"' where key = 'message_history'")
    desk.hears("a secret")
    send(desk.edge, payloads.text_message("another"), payloads.text_message("and another"))
    assert value(desk.owner, "select count(payload) from public.wa_events") == 1
    assert [body for author, body in heard(desk) if author == "user"] == ["hello", "", "", ""]


def test_what_was_kept_is_not_replayed(desk: Desk, operator: Connection[DictRow]) -> None:
    assert value(operator, "select public.wa_failed_events() -> 'messages'") == 0
    assert value(operator, "select public.wa_replay_events() -> 'replayed'") == 0


def test_what_both_profiles_said_is_there_once_they_are_one_person(desk: Desk) -> None:
    send(
        desk.edge,
        payloads.text_message("from the app", sender=None, user_id=payloads.SENDER_USER_ID),
    )
    desk.hears("me again", user_id=payloads.SENDER_USER_ID)
    said = [body for author, body in heard(desk, payloads.SENDER_USER_ID) if author == "user"]
    assert said == ["hello", "from the app", "me again"]


def test_the_command_prints_it_and_knows_nobody(desk: Desk, database: Database) -> None:
    desk.takes()
    desk.replies("Kim here.")
    shown = run("history", ANA, database=database, role="wa_agent_role")
    assert shown.exit_code == 0
    assert "  colleague/Kim  (queued)\n    Kim here.\n" in shown.stdout
    (last,) = answer(run("history", ANA, "--most", "1", "--json", database=database))
    assert last["body"] == "Kim here."
    assert run("history", "+34600000000", database=database).exit_code == 1
