"""The home menu is rendered once, and again when something that it shows has changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.dispatching import replies, reply_texts, row_ids, say, value
from wa_webhook.migrate import Migrator, find_db_folder, read_source

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect, Database

RENDERED = "select count(*) from wa.rendered_menus"
NEW_TEXT = "update wa.texts set body = 'At your service' where key = 'home.menu' and locale = 'en'"
CHANGES = [
    NEW_TEXT,
    "delete from wa.texts where key = 'menu.stop_description'",
    "update wa.menu_items set position = position + 1 where reply_id = 'menu.stop'",
    "update wa.settings set value = '\"fr\"' where key = 'default_locale'",
]


def latest_row(connection: Connection[DictRow], reply_id: str) -> Any:
    latest = replies(connection)[-1]
    rows = latest["interactive"]["action"]["sections"][0]["rows"]
    return next(row for row in rows if row["id"] == reply_id)


def test_the_menu_is_rendered_once(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello", "hello", "hello")
    assert value(connection, RENDERED) == 1
    first, second, third = replies(connection)
    assert first == second == third


def test_a_menu_that_meta_would_refuse_is_neither_kept_nor_queued(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute("update wa.texts set body = ' ' where key = 'home.menu'")
    say(edge, "hello")
    assert value(connection, RENDERED) == 0
    assert value(connection, "select left(error, 5) from public.wa_events") == "WA011"
    assert [reply["type"] for reply in replies(connection)] == ["text"]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_a_menu_shows_empties_what_was_rendered(
    edge: Connection[DictRow], connection: Connection[DictRow], change: str
) -> None:
    say(edge, "hello")
    connection.execute(change.encode())
    assert value(connection, RENDERED) == 0


def test_an_upgrade_of_any_routine_empties_what_was_rendered(
    edge: Connection[DictRow], connection: Connection[DictRow], database: Database
) -> None:
    say(edge, "hello")
    source = read_source(find_db_folder())
    changed = (
        replace(file, text=f"{file.text}-- another version\n")
        if file.path.endswith("/shorten_text.sql")
        else file
        for file in source.routines
    )
    with psycopg.connect(database.url(), autocommit=True) as migrating:
        Migrator(migrating, replace(source, routines=tuple(changed))).run()
    assert value(connection, RENDERED) == 0


def test_a_changed_text_shows_in_the_next_menu(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    connection.execute(NEW_TEXT)
    connection.execute(
        "update wa.texts set body = 'Enough' where key = 'menu.stop_title' and locale = 'en'"
    )
    say(edge, "hello")
    assert reply_texts(connection)[-1] == "At your service"
    assert latest_row(connection, "menu.stop")["title"] == "Enough"


def test_a_removed_item_is_in_no_later_menu(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    connection.execute("delete from wa.menu_items where reply_id = 'menu.help'")
    say(edge, "hello")
    before, after = replies(connection)
    assert set(row_ids(before)) - set(row_ids(after)) == {"menu.help"}


def test_nothing_is_kept_of_a_menu_that_somebody_is_changing(
    edge: Connection[DictRow], connect: Connect
) -> None:
    editor = connect(autocommit=False)
    editor.execute(NEW_TEXT)
    say(edge, "hello")
    editor.commit()
    say(edge, "hello")
    assert reply_texts(editor)[-1] == "At your service"
    assert value(editor, RENDERED) == 1
