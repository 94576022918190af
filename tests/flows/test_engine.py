"""The flow engine: states and moves come from tables, and what they do not allow is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import payloads
from tests.dispatching import (
    break_step,
    errors_of,
    reply_texts,
    row,
    say,
    send,
    text,
    value,
    values,
)

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow


def add_state(
    connection: Connection[DictRow],
    state: str,
    result: str,
    *,
    keyword: str | None = None,
    back_to: str | None = None,
) -> None:
    """Add a flow of one state whose step returns the SQL expression `result`."""
    connection.execute(
        f"""
        create function wa.step_{state}(p_chat wa.chat) returns wa.step_result
        language plpgsql set search_path = pg_catalog, pg_temp
        as $$ begin return {result}; end $$""".encode()
    )
    connection.execute(
        "insert into wa.flow_states (state, flow, step_function, back_to, description)"
        " values (%s, 'test', %s, %s, 'test')",
        (state, f"step_{state}", back_to),
    )
    if keyword is not None:
        connection.execute(
            "insert into wa.flow_entries (kind, value, to_state) values ('keyword', %s, %s)",
            (keyword, state),
        )


def failure(edge: Connection[DictRow], connection: Connection[DictRow], words: str) -> str:
    """Return the SQLSTATE with which a text fails."""
    message = payloads.text_message(words)
    assert send(edge, message) == {"failed": 1}
    return errors_of(connection)[message["id"]]


def test_a_move_that_the_table_does_not_allow_raises_wa002(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    add_state(connection, "jumpy", "('language', null, null)::wa.step_result", keyword="jump")
    assert failure(edge, connection, "jump") == "WA002"
    assert value(connection, "select count(*) from public.chat_state where expires_at is null") == 0


def test_a_move_to_a_state_that_is_not_there_raises_wa002(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    add_state(connection, "jumpy", "('nowhere', null, null)::wa.step_result", keyword="jump")
    assert failure(edge, connection, "jump") == "WA002"


def test_a_state_without_a_step_function_raises_wa003(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    assert failure(edge, connection, "help") == "WA003"


def test_a_state_that_is_missing_from_the_registry_raises_wa003(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute("delete from wa.flow_transitions where from_state = 'cancelled'")
    connection.execute("delete from wa.flow_states where state = 'cancelled'")
    assert failure(edge, connection, "cancel") == "WA003"


def test_states_that_lead_on_for_ever_raise_wa005(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    add_state(connection, "ping", "('pong', null, null)::wa.step_result", keyword="ping")
    add_state(connection, "pong", "('ping', null, null)::wa.step_result")
    connection.execute("insert into wa.flow_transitions values ('ping', 'pong'), ('pong', 'ping')")
    assert failure(edge, connection, "ping") == "WA005"


def test_a_text_that_is_missing_everywhere_raises_wa006(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute("delete from wa.texts where key = 'help.body'")
    assert failure(edge, connection, "help") == "WA006"


def test_a_step_that_returns_nothing_stays_and_says_nothing(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    add_state(connection, "silent", "null", keyword="hush")
    say(edge, "hush", "anything")
    assert value(connection, "select state from public.chat_state") == "silent"
    assert reply_texts(connection) == []


def test_data_lasts_while_the_chat_stays_and_is_new_when_it_moves_or_enters(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    counting = "(null, jsonb_build_object('n', coalesce((p_chat.data ->> 'n')::int, 0) + 1), null)"
    add_state(connection, "counting", f"{counting}::wa.step_result", keyword="count")
    data = "select data from public.chat_state"
    say(edge, "count", "more", "more")
    assert value(connection, data) == {"n": 3}
    say(edge, "count")
    assert value(connection, data) == {"n": 1}
    say(edge, "menu")
    assert value(connection, data) == {}


def test_back_leads_to_the_state_before_and_keeps_what_was_said(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    add_state(connection, "one", "(null, null, null)::wa.step_result")
    add_state(
        connection,
        "two",
        """(null, '{"said": 1}', null)::wa.step_result""",
        keyword="two",
        back_to="one",
    )
    say(edge, "two", "back")
    chat = row(connection, "select state, data from public.chat_state")
    assert chat == {"state": "one", "data": {"said": 1}}
    say(edge, "retour")
    assert value(connection, "select state from public.chat_state") == "home"


def test_a_state_times_out_and_the_user_is_greeted_at_home(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "language")
    assert value(connection, "select expires_at > now() from public.chat_state") is True
    connection.execute("update public.chat_state set expires_at = now()")
    say(edge, "English")
    assert reply_texts(connection)[1:] == [text(connection, "home.menu")]
    assert row(connection, "select state, expires_at from public.chat_state") == {
        "state": "home",
        "expires_at": None,
    }


def test_deleting_the_chat_state_resets_the_user(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "language")
    operator.execute("delete from public.chat_state")
    say(edge, "anything")
    assert reply_texts(connection)[-1] == text(connection, "home.menu")


def test_an_entry_of_scope_home_works_only_there(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    add_state(connection, "shop", "(null, null, null)::wa.step_result", keyword="shop")
    connection.execute("update wa.flow_entries set scope = 'home' where value = 'shop'")
    say(edge, "language", "shop")
    assert value(connection, "select state from public.chat_state") == "language"
    say(edge, "menu", "shop")
    assert value(connection, "select state from public.chat_state") == "shop"


def test_a_deep_link_hands_on_what_follows_its_prefix(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    add_state(connection, "joining", "(null, p_chat.data, null)::wa.step_result")
    connection.execute(
        "insert into wa.flow_entries (kind, value, to_state) values"
        " ('deep_link', 'XJ:', 'joining'), ('deep_link', 'XJ:SHOP:', 'joining')"
    )
    linked = {
        "XJ:ABC123": "ABC123",
        "hello, xj: abc-123 thanks": "abc-123",
        "XJ:": None,
        "XJ:SHOP:9": "9",
        "XJ:" + "a" * 100: "a" * 64,
    }
    found = {}
    for words in linked:
        say(edge, words)
        found[words] = value(
            connection, "select nullif(data ->> 'link', '') from public.chat_state"
        )
    assert found == linked


def test_only_a_text_message_is_a_deep_link(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    add_state(connection, "joining", "(null, p_chat.data, null)::wa.step_result")
    connection.execute(
        "insert into wa.flow_entries (kind, value, to_state) values ('deep_link', 'XJ:', 'joining')"
    )
    send(edge, payloads.image_message("XJ:ABC"), payloads.button_reply("b", "XJ:ABC"))
    assert values(connection, "select state from public.chat_state") == ["home"]
