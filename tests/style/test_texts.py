"""What the bot says: every text that a function or a row names by its whole key exists.

That no other does, and what steps name in short, is for wa.list_flow_problems to tell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.fixtures.offered import with_offered_flows

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

pytestmark = with_offered_flows

# Steps name texts with literals, also within JSON. So do they entry points, by the ids of replies;
# an answer's id has a colon. What ends with an underscore is the beginning of several.
_DOTTED_LITERAL = re.compile(r"""['"]([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)(?<!_)['"]""")


def defined_texts(connection: Connection[DictRow]) -> set[str]:
    """Return the keys of texts; one that has plural forms is said without them."""
    keys = {row["key"] for row in connection.execute("select distinct key from wa.texts")}
    return keys | {key.removesuffix(".other") for key in keys}


def texts_of_the_menu(connection: Connection[DictRow]) -> set[str]:
    rows = connection.execute("""
        select title_key as key from wa.menu_items
        union
        select description_key from wa.menu_items where description_key is not null
        """)
    return {row["key"] for row in rows}


def literals_of_functions(connection: Connection[DictRow]) -> set[str]:
    """Return the dotted literals of every function that has to do with texts."""
    rows = connection.execute("""
        select prosrc as source from pg_proc
        where pronamespace in ('wa'::regnamespace, 'public'::regnamespace)
            and (
                prosrc ~ '\\.(get_text|get_menu|is_answer|answer|ask|ask_again|go|finish|say)\\('
                or prosrc ~ '\\.build_choices\\(' or proname ~ '_refusal$')
        """)
    literals = {literal for row in rows for literal in _DOTTED_LITERAL.findall(row["source"])}
    return {literal for literal in literals if not literal.startswith("wa.")}


def entry_points(connection: Connection[DictRow]) -> set[str]:
    return {row["value"] for row in connection.execute("select value from wa.flow_entries")}


def test_every_text_that_is_used_is_defined(connection: Connection[DictRow]) -> None:
    used = literals_of_functions(connection) - entry_points(connection)
    assert (used | texts_of_the_menu(connection)) - defined_texts(connection) == set()


def test_every_text_is_in_every_language(connection: Connection[DictRow]) -> None:
    missing = connection.execute("select key, locale from wa.missing_translations").fetchall()
    assert missing == []


def test_no_text_of_the_menu_is_cut(connection: Connection[DictRow]) -> None:
    rows = connection.execute("""
        select text.key, text.locale
        from wa.menu_items as item
        join wa.texts as text on text.key in (item.title_key, item.description_key)
        where char_length(text.body) > case when text.key = item.title_key then 24 else 72 end
        """)
    assert rows.fetchall() == []
