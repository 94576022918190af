"""What an operator does by hand: replay, settings, and closing the routines to the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import (
    break_step,
    counts,
    dispatch,
    mend_step,
    send,
    value,
    values,
)

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

REPLAY = "select public.wa_replay_event(%s)"


def test_only_a_failed_event_can_be_replayed(
    edge: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    message = payloads.text_message()
    send(edge, message)
    for event in (message["id"], "wamid.unknown", None):
        with pytest.raises(psycopg.Error) as caught:
            operator.execute(REPLAY, (event,))
        assert caught.value.sqlstate == "WA007"
        assert caught.value.diag.message_hint
    assert send(edge, message) == {"duplicate": 1}


def test_a_replay_that_fails_again_keeps_the_message_with_the_new_error(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    message = payloads.text_message("help")
    send(edge, message)
    mend_step(connection)
    connection.execute("delete from wa.texts where key = 'help.body'")
    assert counts(value(operator, REPLAY, message["id"])) == {"failed": 1}
    assert value(connection, "select left(error, 5) from public.wa_events") == "WA006"


@pytest.mark.parametrize(
    "message",
    [
        payloads.list_reply("menu.help", user_id="ES.1"),
        payloads.template_button("menu.help", user_id="ES.1"),
    ],
    ids=["list", "button"],
)
def test_a_replay_sees_the_message_its_contact_and_its_business_number(
    edge: Connection[DictRow],
    operator: Connection[DictRow],
    connection: Connection[DictRow],
    message: payloads.Json,
) -> None:
    break_step(connection)
    dispatch(edge, payloads.envelope([message], phone_number_id="777"))
    mend_step(connection)
    connection.execute("truncate public.notifications")
    assert counts(value(operator, REPLAY, message["id"])) == {"processed": 1}
    assert values(connection, "select phone_number_id from public.notifications") == ["777"]
    assert value(connection, "select display_name from public.profiles") == payloads.SENDER_NAME


def test_a_replay_of_someone_who_was_merged_meanwhile_reaches_the_survivor(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    send(edge, payloads.text_message())
    break_step(connection)
    message = payloads.text_message("help", sender=None, user_id="ES.1")
    send(edge, message)
    mend_step(connection)
    status = payloads.status_update(recipient_user_id="ES.1")
    dispatch(edge, payloads.envelope(statuses=[status]))
    assert counts(value(operator, REPLAY, message["id"])) == {"processed": 1}
    assert value(connection, "select count(distinct user_id) from public.chat_state") == 1
    survivor = "select count(*) from public.profiles where merged_into is null"
    assert value(connection, survivor) == 1


def test_a_setting_that_is_missing_raises_wa004(connection: Connection[DictRow]) -> None:
    with pytest.raises(psycopg.Error) as caught:
        connection.execute("select wa.get_setting('no_such_setting')")
    assert caught.value.sqlstate == "WA004"


def test_an_operator_may_change_settings_but_not_invent_them(
    operator: Connection[DictRow],
) -> None:
    operator.execute("update wa.settings set value = '10' where key = 'events_ttl_days'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        operator.execute(
            "insert into wa.settings (key, value, description) values ('new_one', '1', 'x')"
        )


def test_routines_that_supabase_opened_to_the_api_are_closed_again(
    connection: Connection[DictRow],
) -> None:
    opened = """
        select count(*) from wa.list_routines() as ours (oid)
        where has_function_privilege('anon', oid, 'execute')
            or has_function_privilege('authenticated', oid, 'execute')"""
    connection.execute("grant execute on function public.wa_health() to anon, authenticated")
    connection.execute(
        "grant execute on function public.basket_list_mine(uuid) to anon, authenticated"
    )
    connection.execute("grant execute on procedure public.wa_retention_purge() to anon")
    assert value(connection, opened) == 3
    connection.execute("call wa.close_routines()")
    assert value(connection, opened) == 0
