"""What the desk shows and keeps: who waits, who has what, notes, and what colleagues did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests import payloads
from tests.dispatching import row, send, value, values
from tests.handover.conftest import ANA
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.handover.conftest import Desk

BEN = "34600111333"
LISTED = "select * from public.wa_desk_conversations(%s)"
EXECUTABLE = """
    select proname::text from pg_proc
    where pronamespace in ('public'::regnamespace, 'wa'::regnamespace)
        and has_function_privilege('wa_reader_role', oid, 'execute')
        and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
    order by 1"""


def listed(session: Connection[DictRow], search: str | None = None) -> list[dict[str, Any]]:
    return session.execute(LISTED.encode(), (search,)).fetchall()


def opened(session: Connection[DictRow], agent: str = "Kim") -> dict[str, Any]:
    found: dict[str, Any] = value(session, "select public.wa_desk_open(%s, %s)", ANA, agent)
    return found


def note(desk: Desk, body: str) -> int:
    made: int = value(desk.agent, "select public.wa_desk_note(%s, %s, 'Kim')", ANA, body)
    return made


def test_it_lists_what_people_have_and_first_who_has_waited_longest(desk: Desk) -> None:
    desk.hears("hello", sender=BEN)
    desk.takes()
    desk.replies("Kim here.")
    desk.agent.execute("select public.wa_handover(%s, 'Lee')", (f"+{BEN}",))
    desk.hears("Is anybody there?", sender=BEN)
    shown = [
        (one["recipient"], one["agent"], one["last_author"], one["last_text"])
        for one in listed(desk.agent)
    ]
    assert shown == [
        (f"+{BEN}", "Lee", "user", "Is anybody there?"),
        (ANA, "Kim", "colleague/Kim", "Kim here."),
    ]
    desk.gives_back()
    assert [one["agent"] for one in listed(desk.agent)] == ["Lee"]


def test_of_more_than_it_lists_those_stay_who_have_waited_longest(desk: Desk) -> None:
    desk.hears("hello", sender=BEN)
    for sender in (BEN, payloads.SENDER):
        desk.takes(who=f"+{sender}")
        desk.hears("Is anybody there?", sender=sender)
    first = "select recipient from public.wa_desk_conversations(max_conversations => 1)"
    assert values(desk.agent, first) == [f"+{BEN}"]


def test_it_says_of_everybody_when_their_window_closes(desk: Desk) -> None:
    desk.hears("hello", sender=BEN)
    for who in (ANA, f"+{BEN}"):
        desk.takes(who=who)
    desk.owner.execute(
        "update wa.service_windows as service set last_inbound_at = now() - interval '23 hours'"
        " from public.profiles as profile"
        " where service.user_id = profile.user_id and profile.whatsapp_e164 = %s",
        (f"+{BEN}",),
    )
    hours = (
        "select jsonb_object_agg("
        "recipient, ceil(extract(epoch from window_closes_at - now()) / 3600))"
        " from public.wa_desk_conversations()"
    )
    assert value(desk.agent, hours) == {ANA: 24, f"+{BEN}": 1}


@pytest.mark.parametrize(
    "search", ["+34 600 111 222", "lóp", "MARÍA lop", "o'br", "ÁNÁ ИРИ", payloads.SENDER]
)
def test_people_are_found_by_number_and_by_how_a_word_of_their_name_begins(
    desk: Desk, search: str
) -> None:
    name = "Ana-Mari\u0301a LÓPEZ O'Brien Ирина"
    desk.owner.execute("update public.profiles set display_name = %s", (name,))
    (found,) = listed(desk.agent, search)
    assert (found["recipient"], found["since"]) == (ANA, None)


@pytest.mark.parametrize("search", ["pez", "ana x", "' & !", "+34600111223"])
def test_nobody_else_is_found(desk: Desk, search: str) -> None:
    desk.owner.execute("update public.profiles set display_name = 'Ana López'")
    assert listed(desk.agent, search) == []


def test_a_reader_sees_no_numbers_and_changes_nothing(desk: Desk, connect: Connect) -> None:
    reader = connect("wa_reader_role")
    desk.takes(note="call back +34 600 999 888")
    desk.hears("My number is 600 999 888, please")
    note(desk, "also 600999888")
    seen = repr(listed(reader)) + repr(opened(reader))
    for payload in (False, True):
        seen += repr(
            reader.execute(
                "select * from public.wa_conversation(%s, with_payload => %s)", (ANA, payload)
            ).fetchall()
        )
    assert "My number is ***, please" in seen
    assert not [number for number in (ANA[3:], "600 999 888", "600999888") if number in seen]
    assert values(desk.owner, EXECUTABLE) == [
        "wa_conversation",
        "wa_desk_conversations",
        "wa_desk_open",
        "wa_desk_session",
    ]


def test_whoever_acts_as_a_reader_sees_no_numbers_either(desk: Desk, connect: Connect) -> None:
    session = connect(SUPERUSER)
    assert [one["recipient"] for one in listed(session, ANA)] == [ANA]
    session.execute("set role wa_reader_role")
    assert [one["recipient"] for one in listed(session, ANA)] == ["+346***22"]


def test_what_colleagues_did_is_kept_without_what_was_said(
    desk: Desk, operator: Connection[DictRow]
) -> None:
    desk.agent.execute("select public.wa_desk_session('Kim')")
    opened(desk.agent)
    opened(desk.agent)
    desk.takes()
    desk.takes("Lee", take_over=True)
    with pytest.raises(psycopg.Error, match="Lee has this conversation"):
        desk.takes("Kim")
    notification = desk.replies("a secret", "Lee")
    desk.gives_back()
    done = operator.execute("select * from public.wa_desk_actions()").fetchall()[::-1]
    assert [(one["agent"], one["action"]) for one in done] == [
        ("Kim", "signed_in"),
        ("Kim", "opened"),
        ("Kim", "taken"),
        ("Lee", "taken_over"),
        ("Lee", "replied"),
        ("Kim", "handed_back"),
    ]
    assert {one["role"] for one in done} == {"wa_agent_role"}
    assert done[4]["notification_id"] == notification
    assert "secret" not in repr(done)
    assert len(values(operator, "select action from public.wa_desk_actions(who => %s)", ANA)) == 5


def test_actions_are_purged_when_their_setting_says_so(
    desk: Desk, operator: Connection[DictRow]
) -> None:
    desk.takes()
    desk.owner.execute("update wa.desk_actions set at = now() - interval '400 days'")
    desk.replies("Kim here.")
    operator.execute("select public.wa_retention_step()")
    assert values(operator, "select action from public.wa_desk_actions()") == ["replied"]


def test_notes_are_seen_by_all_and_deleted_by_any(desk: Desk) -> None:
    first = note(desk, " Likes tea. ")
    note(desk, "Likes coffee.")
    assert [one["body"] for one in opened(desk.agent)["notes"]] == ["Likes coffee.", "Likes tea."]
    delete = "select public.wa_desk_note_delete(%s)"
    assert (value(desk.agent, delete, first), value(desk.agent, delete, first)) == (True, False)
    for refused in ("  ", "x" * 2001):
        with pytest.raises(psycopg.Error) as error:
            note(desk, refused)
        assert error.value.sqlstate == "WA075"


def test_notes_go_with_the_person_and_actions_no_longer_say_about_whom(
    desk: Desk, operator: Connection[DictRow]
) -> None:
    note(desk, "Likes tea.")
    desk.takes()
    desk.replies("Kim here.")
    exported = value(operator, "select public.wa_export_profile(%s)", ANA)
    assert exported["desk_notes"][0]["body"] == "Likes tea."
    operator.execute("select public.wa_erase_profile(%s)", (ANA,))
    assert value(desk.owner, "select count(*) from wa.desk_notes") == 0
    left = row(
        desk.owner,
        "select count(*), count(user_id) as people, count(notification_id) as answers"
        " from wa.desk_actions",
    )
    assert tuple(left.values()) == (3, 0, 0)


def test_what_was_noted_of_one_who_is_merged_is_seen_of_the_survivor(desk: Desk) -> None:
    send(
        desk.edge,
        payloads.text_message("from the app", sender=None, user_id=payloads.SENDER_USER_ID),
    )
    desk.agent.execute("select public.wa_desk_note(%s, 'Likes tea.')", (payloads.SENDER_USER_ID,))
    desk.hears("me again", user_id=payloads.SENDER_USER_ID)
    assert [one["body"] for one in opened(desk.agent)["notes"]] == ["Likes tea."]


def test_whoever_listens_is_woken_by_what_concerns_people_alone(desk: Desk) -> None:
    desk.owner.execute("listen wa_desk")
    user_id = str(value(desk.owner, "select user_id from public.profiles"))
    woken = []
    for happens in (
        lambda: desk.hears("menu"),
        desk.takes,
        lambda: desk.hears("Is anybody there?"),
        lambda: desk.replies("Kim here."),
        lambda: note(desk, "Likes tea."),
        desk.gives_back,
        lambda: desk.hears("menu"),
    ):
        happens()
        desk.owner.execute("select")
        woken.append([one.payload for one in desk.owner.notifies(timeout=0)])
    assert woken == [[], [user_id], [user_id], [user_id], [user_id], [user_id], []]
