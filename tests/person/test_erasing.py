"""Erasing a person leaves nothing personal in any table, and everything of others."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import counts, dispatch, row, send, value, values
from tests.fixtures.numbers import FOREIGN, enter_number
from tests.person.life import (
    BSUID,
    EARLIER_BSUID,
    MARKS,
    OTHER_PHONE,
    OTHER_SAID,
    PHONE,
    find_marks,
    keep,
)
from wa_webhook.naming.names import DEFAULT_ROLES

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.person.life import Life

# Tables that a life leaves something in: the search would prove nothing in empty ones.
LEFT_IN = {
    "public.profiles",
    "public.wa_events",
    "public.notifications",
    "public.baskets",
    "wa.profile_aliases",
    "wa.kept_payloads",
    "wa.alerts",
    "wa.alert_occurrences",
    "public.webhook_logs",
}


def test_nothing_of_the_person_is_found_in_any_table(life: Life) -> None:
    life.owner.execute("set search_path = ''")
    assert set(find_marks(life.owner, MARKS)) >= LEFT_IN
    life.erase()
    assert find_marks(life.owner, MARKS) == {}


@pytest.mark.parametrize(
    "who",
    [f"+{PHONE}", "0034 612 345 678", "(+34) 612-345-678", BSUID, EARLIER_BSUID, "by user_id"],
)
def test_the_person_is_named_in_any_usual_way(life: Life, who: str) -> None:
    user_id = str(life.user_id)
    assert life.erase(user_id if who == "by user_id" else who)["user_id"] == user_id


def test_a_profile_that_was_merged_names_its_survivor(life: Life) -> None:
    merged = value(life.owner, "select user_id from public.profiles where merged_into is not null")
    assert life.erase(str(merged))["user_id"] == str(life_survivor(life, merged))


def life_survivor(life: Life, merged: object) -> object:
    return value(life.owner, "select merged_into from public.profiles where user_id = %s", merged)


def test_whoever_is_not_there_is_an_error_with_a_hint(operator: Connection[DictRow]) -> None:
    for who in ("+34600000000", "600 000 000", "ES.nobody", "x", ""):
        with pytest.raises(psycopg.Error) as refusal:
            operator.execute("select public.wa_erase_profile(%s)", (who,))
        assert refusal.value.sqlstate == "WA043"
        assert refusal.value.diag.message_hint


def test_a_tombstone_without_anything_personal_is_left(life: Life) -> None:
    user_id = life.user_id
    life.erase()
    left = row(
        life.owner,
        "select num_nulls(whatsapp_e164, wa_user_id, display_name, opted_out_at),"
        " metadata, erased_at is not null as is_erased from public.profiles where user_id = %s",
        user_id,
    )
    assert left == {"num_nulls": 4, "metadata": {}, "is_erased": True}


def test_columns_of_an_app_are_in_a_tombstone_as_in_a_new_profile(life: Life) -> None:
    life.owner.execute(
        b"alter table public.profiles add column shoe_size integer,"
        b" add column points integer not null default 0,"
        b" add column has_points boolean generated always as (points > 0) stored;"
        b" update public.profiles set shoe_size = 43, points = 120"
    )
    life.erase()
    left = "select distinct shoe_size, points, has_points from public.profiles where {}"
    gone = row(life.owner, left.format("erased_at is not null"))
    assert gone == {"shoe_size": None, "points": 0, "has_points": False}
    others = row(life.owner, left.format("erased_at is null"))
    assert others == {"shoe_size": 43, "points": 120, "has_points": True}


def test_nobody_can_write_anything_personal_into_a_tombstone(life: Life) -> None:
    life.erase()
    with pytest.raises(psycopg.errors.CheckViolation):
        life.owner.execute(
            "update public.profiles set display_name = 'x' where erased_at is not null"
        )


def test_sums_of_ledgers_stay_and_a_shared_basket_has_an_owner(life: Life) -> None:
    balance = (
        "select basket.name, basket.member_count, basket.owner_count,"
        " max(balance_after_minor) as balance"
        " from public.baskets as basket left join public.basket_contributions on basket_id = id"
        " group by basket.id order by basket.name"
    )
    life.erase()
    assert life.owner.execute(balance.encode()).fetchall() == [
        {"name": "Basket", "member_count": 0, "owner_count": 0, "balance": None},
        {"name": "Wedding", "member_count": 1, "owner_count": 1, "balance": 2600},
    ]


def test_what_others_wrote_stays(life: Life) -> None:
    others = (
        "select count(*) from public.wa_events join public.profiles using (user_id)"
        " where whatsapp_e164 = '+34699999999'"
    )
    before = value(life.owner, others)
    life.erase()
    assert value(life.owner, others) == before
    bodies = [bytes(body) for body in values(life.owner, "select body from wa.kept_payloads")]
    assert sorted(OTHER_SAID.encode() in body for body in bodies) == [False, True]
    assert b"\xff\xfe of somebody else" in bodies


def test_what_came_for_a_number_that_is_not_ours_goes_for_this_person_alone(life: Life) -> None:
    enter_number(life.owner)
    for sender in (PHONE, OTHER_PHONE):
        said = payloads.text_message(sender=sender)
        dispatch(life.edge, payloads.envelope([said], phone_number_id=FOREIGN))
    senders = """
        select payload #>> '{entry,0,changes,0,value,messages,0,from}' from public.wa_events
        where phone_number_id = %s"""
    life.erase()
    assert values(life.owner, senders, FOREIGN) == [OTHER_PHONE]


def test_ids_of_before_name_whose_they_were(life: Life) -> None:
    enter_number(life.owner)
    life.owner.execute(
        "select wa.add_alias('bsuid', 'ES.Other1', user_id) from public.profiles"
        " where whatsapp_e164 = %s",
        (f"+{OTHER_PHONE}",),
    )
    for sender in (EARLIER_BSUID, "ES.Other1"):
        said = payloads.text_message(sender=None, user_id=sender)
        dispatch(life.edge, payloads.envelope([said], phone_number_id=FOREIGN))
    senders = """
        select payload #>> '{entry,0,changes,0,value,messages,0,from_user_id}'
        from public.wa_events where phone_number_id = %s"""
    life.erase()
    assert values(life.owner, senders, FOREIGN) == ["ES.Other1"]


def test_a_payload_that_others_share_can_still_be_replayed(life: Life) -> None:
    life.erase()
    (left,) = values(life.owner, "select id from wa.kept_payloads where reason <> 'not_json'")
    again = value(life.operator, "select public.wa_replay_payload(%s, true)", left)
    assert counts(again) == {"processed": 1}


def test_erasing_again_erases_nothing_more(life: Life) -> None:
    user_id = str(life.user_id)
    life.erase()
    assert set(life.erase(user_id)["rows"].values()) == {0}


def test_it_is_logged_without_anything_personal(life: Life) -> None:
    said: list[str] = []
    life.operator.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    answer = life.erase()
    (event,) = map(json.loads, said)
    assert event["event"] == "PERSON_ERASED"
    assert event["user_id"] == answer["user_id"]
    assert not any(mark in json.dumps([event, answer]) for mark in MARKS)


def test_nothing_is_handed_out_to_keep_the_wish_for_silence(life: Life) -> None:
    said: list[str] = []
    life.operator.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    life.operator.execute("select public.wa_erase_profile(%s, and_opt_out => true)", (BSUID,))
    events = [json.loads(one)["event"] for one in said]
    assert events == ["PERSON_ERASED", "PERSON_OPTED_OUT", "PERSON_OPTED_OUT"]


def test_a_message_afterwards_starts_a_new_profile(life: Life) -> None:
    before = life.user_id
    life.erase()
    life.writes(life.text("hello"))
    assert life.user_id != before
    assert value(
        life.owner, "select display_name from public.profiles where wa_user_id = %s", BSUID
    )


def test_a_webhook_that_meta_delivers_again_brings_nothing_back(life: Life) -> None:
    message = life.text()
    life.writes(message)
    life.erase()
    again = dispatch(life.edge, life.body(message))
    assert counts(again) == {"duplicate": 1}
    assert find_marks(life.owner, MARKS) == {}


def test_an_unreadable_payload_that_meta_delivers_again_is_not_kept_again(life: Life) -> None:
    body = f'{{"from": "{PHONE}", "text": "xylophone'.encode()
    life.erase()
    keep(life, [("not_json", body)])
    assert find_marks(life.owner, MARKS) == {}


def test_a_late_status_brings_nothing_back(life: Life) -> None:
    life.erase()
    status = payloads.status_update(
        "wamid.late", "read", recipient_id=PHONE, recipient_user_id=BSUID
    )
    dispatch(life.edge, payloads.envelope(statuses=[status]))
    assert find_marks(life.owner, MARKS) == {}


def test_digests_are_forgotten_when_meta_repeats_no_more(life: Life) -> None:
    life.erase()
    assert value(life.owner, "select count(*) > 0 from wa.erased_digests")
    life.owner.execute("update wa.erased_digests set erased_at = now() - interval '8 days 1 hour'")
    life.operator.execute("select public.wa_retention_step()")
    assert value(life.owner, "select count(*) from wa.erased_digests") == 0


def test_a_message_that_comes_meanwhile_waits_and_then_starts_anew(
    life: Life, connect: Connect
) -> None:
    before = life.user_id
    erasing = connect("wa_operator_role", autocommit=False)
    erasing.execute("select public.wa_erase_profile(%s)", (BSUID,))
    writer = connect("wa_edge_role")
    outcome: list[str] = []

    def write() -> None:
        try:
            dispatch(writer, life.body(life.text("hello")))
        except psycopg.Error as error:
            outcome.append(error.sqlstate or "")
        else:
            outcome.append("done")

    thread = threading.Thread(target=write)
    thread.start()
    blocked = "select %s = any(pg_blocking_pids(%s))"
    while not value(life.owner, blocked, erasing.info.backend_pid, writer.info.backend_pid):
        assert thread.is_alive()
    erasing.commit()
    thread.join()
    # The handler calls again after 40001.
    assert outcome in (["done"], ["40001"])
    life.writes(life.text("hello"))
    assert life.user_id != before


def test_a_message_queued_to_the_number_meanwhile_goes_to_somebody_new(
    life: Life, connect: Connect
) -> None:
    before = life.user_id
    erasing = connect("wa_operator_role", autocommit=False)
    erasing.execute("select public.wa_erase_profile(%s)", (BSUID,))
    queueing = connect("wa_operator_role")
    payload = json.dumps({"type": "text", "text": {"body": "hi"}})
    thread = threading.Thread(
        target=queueing.execute,
        args=("select public.wa_notify(%s, %s)", (f"+{PHONE}", payload)),
    )
    thread.start()
    blocked = "select %s = any(pg_blocking_pids(%s))"
    while not value(life.owner, blocked, erasing.info.backend_pid, queueing.info.backend_pid):
        assert thread.is_alive()
    erasing.commit()
    thread.join()
    owner = "select user_id from public.notifications where recipient = %s"
    assert values(life.owner, owner, f"+{PHONE}") != [before]
    left = "select count(*) from public.notifications where user_id = %s"
    assert value(life.owner, left, before) == 0


def test_what_an_application_does_for_the_person_meanwhile_goes_too(
    life: Life, connect: Connect
) -> None:
    before = life.user_id
    acting = connect(autocommit=False)
    acting.execute("select public.basket_create(%s, null, 'Holiday', true, null)", (before,))
    thread = threading.Thread(target=life.erase)
    thread.start()
    blocked = "select %s = any(pg_blocking_pids(%s))"
    erasing = life.operator.info.backend_pid
    while not value(life.owner, blocked, acting.info.backend_pid, erasing):
        assert thread.is_alive()
    acting.commit()
    thread.join()
    assert values(life.owner, "select name from public.baskets where name = 'Holiday'") == []
    left = "select count(*) from public.basket_members where user_id = %s"
    assert value(life.owner, left, before) == 0


def test_an_erased_profile_acts_in_no_basket(life: Life) -> None:
    before = life.user_id
    life.erase()
    with pytest.raises(psycopg.Error) as refusal:
        life.owner.execute("select public.basket_create(%s, null, 'Again', true, null)", (before,))
    assert refusal.value.sqlstate == "WA020"


@pytest.mark.parametrize("routine", ["wa_erase_profile(text, boolean)", "wa_export_profile(text)"])
def test_only_the_operator_may_call(
    connect: Connect, connection: Connection[DictRow], routine: str
) -> None:
    callers = values(
        connection,
        "select rolname::text from pg_roles where rolname = any(%s)"
        " and has_function_privilege(rolname, %s, 'execute')",
        [*DEFAULT_ROLES.values(), "anon", "authenticated"],
        f"public.{routine}",
    )
    assert set(callers) == {"wa_operator_role", "wa_privacy"}
    name = routine.partition("(")[0]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect("wa_edge_role").execute(f"select public.{name}('x')".encode())


def test_the_name_of_somebody_else_who_has_the_same_digits_in_a_longer_number_stays(
    life: Life,
) -> None:
    longer = "1" + PHONE
    send(life.edge, payloads.text_message("hello", sender=longer))
    keep(life, [("not_json", f'{{"from": "{longer}"'.encode())])
    life.erase()
    bodies = [bytes(body) for body in values(life.owner, "select body from wa.kept_payloads")]
    assert any(longer.encode() in body for body in bodies)
    assert value(
        life.owner, "select count(*) from public.profiles where whatsapp_e164 = %s", f"+{longer}"
    )
