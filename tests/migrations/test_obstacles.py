"""What keeps an earlier function's tables from being taken over is named, and goes by its mend."""

from __future__ import annotations

from itertools import count, zip_longest
from typing import TYPE_CHECKING

import pytest

from tests.dispatching import value
from tests.fixtures.names import with_default_names
from tests.migrations.adopting import find_conflicts, mended, older, run_migrate

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

__all__ = ["mended", "older"]

OBSTACLES = {
    "profiles": [
        (
            "update public.profiles set whatsapp_e164 = '600 111 222' where display_name = 'Ana'",
            "public.profiles: profiles_whatsapp_e164_is_e164 does not hold (1)\n"
            "  for example: whatsapp_e164: 999 999 999\n"
            "  mend: update public.profiles set whatsapp_e164 = '+' ||",
        ),
        (
            "alter table public.profiles drop constraint profiles_whatsapp_e164_key;"
            " update public.profiles set whatsapp_e164 = '+34600111222'",
            "public.profiles: whatsapp_e164 is not unique, keys that several rows have (1)",
        ),
        (
            "update public.profiles set whatsapp_e164 = null where display_name = 'Ana'",
            "public.profiles: profiles_reachable_or_merged does not hold (1)\n"
            "  for example: erased_at, merged_into, wa_user_id, whatsapp_e164:"
            " null | null | null | null\n"
            "  mend: select public.profiles.* from public.profiles cross join"
            " (select null::timestamptz as erased_at, null::uuid as merged_into,"
            " null::text as wa_user_id) as missing where not",
        ),
        (
            "update public.profiles set whatsapp_e164 ="
            " case display_name when 'Ana' then '+551187654321' else '+5511987654321' end",
            "public.profiles: phone_lookup_key is not unique, keys that several rows have (1)",
        ),
        (
            "create table public.users (id uuid primary key);"
            " alter table public.profiles add foreign key (user_id) references public.users"
            " not valid",
            "public.profiles: profiles_user_id_fkey may refuse what is written here",
        ),
        (
            "alter table public.profiles add column tax_number text not null default '';"
            " alter table public.profiles alter column tax_number drop default",
            "public.profiles: column tax_number takes no null and has no default",
        ),
        (
            "alter table public.profiles"
            " alter column whatsapp_e164 type bigint using whatsapp_e164::bigint",
            "public.profiles: column whatsapp_e164 is bigint, not text",
        ),
    ],
    "notifications": [
        (
            "alter table public.notifications drop constraint notifications_pkey;"
            " update public.notifications set id = 1",
            "public.notifications: id is not unique, keys that several rows have (1)",
        ),
        (
            "update public.notifications set status = 'pending'",
            "public.notifications: notifications_status_is_known does not hold (2)\n"
            "  for example: status: xxxxxxx\n"
            "  mend: update public.notifications set status = 'cancelled' where not",
        ),
        (
            'create unique index "one ""each""" on public.notifications (user_id, status)',
            'public.notifications: one "each" may refuse what is written here:',
        ),
        (
            "alter table public.notifications alter column id drop default;"
            " alter table public.notifications alter column id type text",
            "public.notifications: column id is text, not bigint",
        ),
        (
            "alter table public.notifications alter column payload type text",
            "public.notifications: column payload is text, not jsonb\n"
            "  mend: alter table public.notifications alter column payload type jsonb",
        ),
        (
            "create type extensions.progress as enum ('queued', 'sent');"
            " alter table public.notifications alter column status drop default;"
            " alter table public.notifications alter column status type extensions.progress"
            " using status::extensions.progress",
            "public.notifications: column status is progress, not text",
        ),
        (
            "alter table public.notifications drop constraint notifications_user_id_fkey;"
            " alter table public.notifications alter column user_id type text",
            "public.notifications: column user_id is text, not uuid",
        ),
    ],
    "chat_state": [
        (
            "update public.chat_state set state = 'insurance_photo'",
            "public.chat_state: column state names what no flow declares (2)\n"
            "  for example: state: xxxxxxxxx_xxxxx\n"
            "  mend: update public.chat_state set state = 'home', data = '{}'"
            " where state in ('insurance_photo');",
        ),
        (
            "alter table public.chat_state rename column user_id to id",
            "public.chat_state: the primary key is id, not user_id\n"
            '  mend: alter table public.chat_state rename column "id" to user_id;',
        ),
    ],
    "wa_events": [
        (
            "alter table public.wa_events drop constraint wa_events_pkey;"
            " alter table public.wa_events add column id bigserial primary key",
            "public.wa_events: the primary key is ['id'], not ['wa_message_id']\n"
            '  mend: alter table public.wa_events drop constraint "wa_events_pkey";',
        ),
    ],
    "webhook_logs": [
        (
            "create view public.extra as select 1; drop table public.webhook_logs;"
            " alter view public.extra rename to webhook_logs",
            "public.webhook_logs: is no table",
        ),
    ],
}
"""Statements that put something in the way, and how it is told, by table."""


@pytest.mark.any_server
@pytest.mark.parametrize(
    # One of each table at a time: they do not meet.
    "obstacles",
    [list(filter(None, one)) for one in zip_longest(*OBSTACLES.values())],
    ids=count(1),
)
def test_obstacles_are_named_and_go_by_their_mends(
    obstacles: list[tuple[str, str]], bare_database: Database, mended: Connection[DictRow]
) -> None:
    for statement, _ in obstacles:
        mended.execute(statement.encode())
    conflicts = first = find_conflicts(bare_database)
    told = with_default_names("\n".join(map(str, first)))
    assert [expected for _, expected in obstacles if expected not in told] == []
    assert "Ana" not in told

    # What is looked at once a type is right comes to light with the second run.
    for _ in range(2):
        for conflict in conflicts:
            mended.execute(conflict.mend.encode())
        conflicts = conflicts and find_conflicts(bare_database)
    need_a_person = {one.problem for one in first if one.mend.startswith("select")}
    assert {one.problem for one in conflicts} == need_a_person


def test_a_table_that_cannot_be_adopted_is_set_aside_by_its_statement(
    bare_database: Database, mended: Connection[DictRow]
) -> None:
    mended.execute("create schema wa_adopted")
    mended.execute("alter table public.notifications set schema wa_adopted")
    assert run_migrate(bare_database, "--adopt").exit_code == 0
    assert value(mended, "select count(*) from wa_adopted.notifications") == 2
    assert value(mended, "select count(*) from public.notifications") == 0
