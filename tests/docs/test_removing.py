"""The commands of docs/install/removing.md, in a database with an app beside wa-webhook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.docs.code_blocks import find_code_blocks
from tests.docs.outputs import is_as_shown
from tests.docs.shell import run_shell
from tests.fixtures.documents import as_run
from tests.fixtures.names import about_default_names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fixtures.postgres import Database

pytestmark = [pytest.mark.any_server, about_default_names("the page is about schema public")]

APP = """
create table public.orders (
  id bigint generated always as identity primary key,
  user_id uuid constraint orders_user_id_fkey references public.profiles (user_id)
);

create function public.greet(p_number text) returns void language sql as
'select public.wa_notify(p_number, ''{"type": "text", "text": {"body": "Hello"}}'')';

insert into public.profiles (whatsapp_e164) values ('+34600111222');
"""


def test_the_commands_print_what_is_shown_and_leave_what_is_the_apps(
    database: Database, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        connection.execute(APP.encode())
        blocks = find_code_blocks("docs/install/removing.md", "sh")
        for block in blocks:
            finished = run_shell(database, block.code, BACKUP=str(tmp_path / "backup"))
            assert finished.returncode == 0, f"{block}: {finished.stdout}"
            assert is_as_shown(finished.stdout, block.output), f"{block}: {finished.stdout}"
            record_property(*as_run(block))
        left = connection.execute(
            "select string_agg(tablename, ' ' order by tablename) from pg_tables"
            " where schemaname in ('public', 'wa')"
        ).fetchone()
    assert left == ("customers orders",)
