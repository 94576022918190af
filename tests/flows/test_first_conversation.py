"""The first conversation: home menu, help, language, stop and start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import replies, reply_texts, row_ids, say, send, tap, text, value

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

STATE = "select state from public.chat_state"


def test_a_first_message_is_greeted_with_the_menu_whatever_it_says(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "I want something")
    (menu,) = replies(connection)
    assert reply_texts(connection) == [text(connection, "home.menu")]
    assert {"menu.language", "menu.help", "menu.stop"} <= set(row_ids(menu))


def test_what_is_not_understood_gets_an_apology_and_the_menu(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    send(edge, payloads.location_message(), payloads.sticker_message(), payloads.text_message("?"))
    assert reply_texts(connection)[1:] == [text(connection, "home.unknown")] * 3


@pytest.mark.parametrize("start", ["home", "help", "language"])
def test_global_commands_work_from_every_state(
    edge: Connection[DictRow], connection: Connection[DictRow], start: str
) -> None:
    leads = {
        "menu": "home",
        "help": "help",
        "aide": "help",
        "langue": "language",
        "back": "home",
        "cancel": "home",
        "annuler": "home",
        "start": "home",
        "stop": "unsubscribe",
    }
    reached = {}
    for command in leads:
        say(edge, "start", {"home": "menu"}.get(start, start), command)
        reached[command] = value(connection, STATE)
    assert reached == leads


def test_keywords_are_understood_without_regard_to_case_accents_and_punctuation(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    for words in (
        "HELP",
        " help! ",
        "Help…",
        "«\u00a0Aide\u00a0!\u00a0»",
        "¡AIDE!",
        "a\u0301ide",
        "*help*",
    ):
        say(edge, "menu", words)
        assert value(connection, STATE) == "help", words


def test_a_keyword_within_a_sentence_is_no_command(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "menu", "please help me", "stop it", "help" + " " * 100 + "is on its way", "st op")
    assert value(connection, STATE) == "home"


def test_a_tap_is_known_by_its_id_and_not_by_its_title(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    tap(edge, "menu.help", title="stop")
    assert value(connection, STATE) == "help"
    send(edge, payloads.template_button("menu.language", "Language"))
    assert value(connection, STATE) == "language"


@pytest.mark.parametrize("choice", ["Français", "francais", "FR", "language.fr"])
def test_the_language_is_tapped_or_written_and_used_at_once(
    edge: Connection[DictRow], connection: Connection[DictRow], choice: str
) -> None:
    say(edge, "language")
    assert row_ids(replies(connection)[0]) == ["language.en", "language.fr"]
    tap(edge, choice) if "." in choice else say(edge, choice)
    expected = [text(connection, key, "fr") for key in ("language.set", "home.menu")]
    assert reply_texts(connection)[1:] == expected
    assert value(connection, "select locale from public.profiles") == "fr"


def test_a_language_we_do_not_speak_is_asked_again(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "language", "Klingon")
    assert reply_texts(connection) == [text(connection, "language.ask")] * 2


def test_a_new_profile_speaks_the_default_language(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute("""update wa.settings set value = '"fr"' where key = 'default_locale'""")
    say(edge, "hello")
    assert reply_texts(connection) == [text(connection, "home.menu", "fr")]


def test_a_user_who_opts_out_gets_the_confirmation_and_nothing_else(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "stop", "hello", "menu", "help", "stop", "XJ:1")
    tap(edge, "menu.language")
    (confirmation,) = replies(connection)
    assert confirmation["interactive"]["body"]["text"] == text(connection, "subscription.stopped")
    assert value(connection, "select bool_and(to_opted_out) from public.notifications") is True
    assert value(connection, "select opted_out_at is not null from public.profiles") is True


@pytest.mark.parametrize("way_back", ["start", "Reprendre", "subscription.start"])
def test_a_user_who_opted_out_can_come_back(
    edge: Connection[DictRow], connection: Connection[DictRow], way_back: str
) -> None:
    say(edge, "stop")
    tap(edge, way_back) if "." in way_back else say(edge, way_back)
    expected = [text(connection, key) for key in ("subscription.started", "home.menu")]
    assert reply_texts(connection)[1:] == expected
    assert value(connection, "select opted_out_at from public.profiles") is None
    say(edge, "help")
    assert value(connection, STATE) == "help"


def test_cancelling_says_so_and_leads_home(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "language", "cancel")
    expected = [text(connection, key) for key in ("cancelled.done", "home.menu")]
    assert reply_texts(connection)[1:] == expected


def test_the_menu_goes_on_over_pages(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    add_menu_items(connection, 12)
    total = value(connection, "select count(*) from wa.menu_items")
    say(edge, "menu")
    seen: list[str] = []
    while row_ids(replies(connection)[-1])[-1].startswith("menu.page."):
        *shown, more = row_ids(replies(connection)[-1])
        seen += shown
        tap(edge, more)
    assert len(set(seen + row_ids(replies(connection)[-1]))) == total
    assert set(reply_texts(connection)) == {text(connection, "home.menu")}


def test_a_tap_on_a_page_that_is_gone_shows_the_last_one(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    add_menu_items(connection, 12)
    say(edge, "menu")
    tap(edge, "menu.page.9")
    assert value(connection, "select count(*) from public.wa_events where status = 'failed'") == 0
    assert not row_ids(replies(connection)[-1])[-1].startswith("menu.page.")


def add_menu_items(connection: Connection[DictRow], number: int) -> None:
    """Add rows without a description, which a menu item may lack."""
    connection.execute(
        "insert into wa.flow_entries (kind, value, to_state)"
        " select 'reply', 'menu.x' || n, 'help' from generate_series(1, %s) as n",
        (number,),
    )
    connection.execute(
        "insert into wa.menu_items (reply_id, position, title_key)"
        " select 'menu.x' || n, 5000 + n, 'menu.more' from generate_series(1, %s) as n",
        (number,),
    )
