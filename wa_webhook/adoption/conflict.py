"""What keeps a table from being adopted, and the statement that mends it."""

# Names in statements are those of our own migrations.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.sql import Identifier

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Conflict:
    """One obstacle. `mend` is a statement, or says what to do where it is not to be mended here.

    `otherwise`: what else helps or has to be thought of.

    `rows`: how many are concerned, None where it is the table's shape. `example` shows the form of
    one value, digits as 9 and letters as x, since it may be personal.
    """

    table: str
    problem: str
    mend: str
    otherwise: str | None = None
    rows: int | None = None
    example: str | None = None

    def __str__(self) -> str:
        lines = [f"{self.table}: {self.problem}"]
        lines[0] += "" if self.rows is None else f" ({self.rows})"
        lines += [f"  for example: {self.example}"] if self.example else []
        lines += [f"  mend: {self.mend}"]
        lines += [f"  or: {self.otherwise}"] if self.otherwise else []
        return "\n".join(lines)


ASSIGNMENTS: Mapping[str, str] = {
    "profiles_whatsapp_e164_is_e164": "whatsapp_e164 = '+' || "
    "regexp_replace(whatsapp_e164, '[^0-9]', '', 'g')",
    "profiles_display_name_is_short": "display_name = nullif(left(display_name, 256), '')",
    "profiles_metadata_is_an_object": "metadata = jsonb_build_object('before', metadata)",
    "profiles_locale_fkey": "locale = 'en'",
    "chat_state_state": "state = 'home', data = '{}'",
    "chat_state_data_is_an_object": "data = jsonb_build_object('before', data)",
    "wa_events_status_is_known": "status = 'ignored'",
    "wa_events_processed_has_a_user": "status = 'ignored'",
    "wa_events_failed_can_be_replayed": "status = 'ignored'",
    "wa_events_user_id_fkey": "user_id = null, status = 'ignored'",
    "notifications_status_is_known": "status = 'cancelled'",
}
"""What usually makes rows keep a constraint. A user in a state that we do not know begins at home;
an event that cannot be processed again still stops its message from being processed twice."""

VALUES: Mapping[tuple[str, str], str] = {
    ("wa_events", "status"): "'ignored'",
    ("wa_events", "message_type"): "'unknown'",
}
"""For columns that rows of an older table have to be given."""


REACHED_BY: Mapping[str, tuple[str, ...]] = {"profiles": ("whatsapp_e164", "wa_user_id")}
"""Columns of which a table has one, or is another thing that has the same name."""

ANOTHER_SCHEMA = "wa-webhook migrate --schema NAME (docs/install/names.md)"


def mend_rows(table: str, constraint: str, condition: str, missing: str) -> tuple[str, str | None]:
    """Return the statement for rows of `table` that break `constraint`, and what to do else.

    `missing` selects what the table has no column for yet, empty when it has all.
    """
    if constraint in ASSIGNMENTS:
        source = f" from ({missing}) as missing" if missing else ""
        return f"update {table} set {ASSIGNMENTS[constraint]}{source} where {condition};", None
    source = f" cross join ({missing}) as missing" if missing else ""
    return (
        f"select {table}.* from {table}{source} where {condition};",
        "update or delete what it shows",
    )


def quoted(name: str) -> str:
    """Return a name that somebody else gave as it stands in a statement."""
    return Identifier(name).as_string()


def set_aside(table: str) -> str:
    """Return the statement that keeps a table that cannot be adopted, for a new one to be made."""
    return f"create schema if not exists wa_adopted; alter table {table} set schema wa_adopted;"
