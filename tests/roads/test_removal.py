"""`wa-webhook remove`: what is in the way, and what stays where nothing is."""

from __future__ import annotations

import subprocess
from functools import partial
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.fixtures.names import about_default_names
from tests.operations.command import run
from wa_webhook.migrate import Migrator, find_db_folder, read_source
from wa_webhook.scaffold import make_flow

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.postgres import Database

pytestmark = about_default_names("an app of its own is in schema public")

APP = """
create extension cube schema extensions;

create table public.shops (id bigint generated always as identity primary key, name text);

create function public.count_shops() returns bigint language sql
as 'select count(*) from public.shops';
"""
BUILT_ON_IT = """
create table public.orders (
  id bigint generated always as identity primary key,
  user_id uuid references public.profiles (user_id)
);

create table wa.notes (id bigint);

create view public.customers as select user_id, display_name from public.profiles;

create function public.greet() returns trigger language plpgsql as $$
begin
  perform wa_notify(new.whatsapp_e164, '{"type": "text", "text": {"body": "Hello"}}');
  return new;
end
$$;

create trigger greets after insert on public.profiles for each row execute function public.greet();

create rule shown as on delete to public.profiles do also notify shown;

alter table public.profiles add column loyalty_points integer;

create function public.basket_create(p_things text[]) returns integer language sql
as 'select cardinality(p_things)';

grant select on public.shops to wa_reader_role;

insert into public.profiles (whatsapp_e164) values ('+34600111222');
"""
IN_THE_WAY = """\
in the way: constraint orders_user_id_fkey on table public.orders
in the way: table wa.notes
in the way: view public.customers
in the way: rule shown on table public.profiles
in the way: trigger greets on table public.profiles
in the way: column loyalty_points of table public.profiles
in the way: routine public.greet, which mentions what goes
"""
TAKEN_OUT = """
drop table public.orders;
drop table wa.notes;
drop view public.customers;
drop rule shown on public.profiles;
drop trigger greets on public.profiles;
alter table public.profiles drop column loyalty_points;
"""


@pytest.fixture
def app(bare_database: Database) -> Database:
    """A database with an app, and wa-webhook beside it."""
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        connection.execute(APP.encode())
    return bare_database


def dump(database: Database) -> list[str]:
    """Return everything in the database, without what differs between two dumps."""
    text = subprocess.run(
        [database.server.binaries / "pg_dump", "--inserts", database.url()],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [line for line in text.splitlines() if "restrict" not in line]


def test_what_is_the_apps_is_named_first_and_is_all_that_stays_then(
    app: Database, tmp_path: Path
) -> None:
    before = dump(app)
    flows = tmp_path / "flows"
    make_flow("visit", flows)
    count = flows / "visit/functions/visit_count.sql"
    count.parent.mkdir()
    count.write_text("create or replace function visit_count() returns int return 1;\n")
    with psycopg.connect(app.url(), autocommit=True) as connection:
        Migrator(connection, read_source(find_db_folder(), flows=flows)).run()
        connection.execute(BUILT_ON_IT.encode())
        # It is not applied, and the table is the app's.
        (flows / "visit/migrations").mkdir()
        (flows / "visit/migrations/20990101000000_shops.sql").write_text(
            "create table public.shops (id bigint);\n"
        )
        remove = partial(run, "remove", "--flows", str(flows), database=app, role="postgres")
        refused = remove()
        assert refused.exit_code == 1
        assert refused.stdout == ""
        assert refused.stderr.startswith(IN_THE_WAY), refused.stderr

        connection.execute(TAKEN_OUT.encode())
        # A body that is never run any more may say what it likes.
        written = remove("--ignore", "public.greet")
        assert "rows that go: 1 of public.profiles\n" in written.stderr
        script = tmp_path / "remove.sql"
        script.write_text(written.stdout)
        psql = (app.server.binaries / "psql", "--no-psqlrc", "--file", script, app.url())
        # It is whole by itself, whatever its transaction.
        connection.execute("create view public.late as select user_id from public.profiles")
        stopped = subprocess.run(psql, check=True, capture_output=True, text=True)
        assert "view late depends on table profiles" in stopped.stderr
        notify = connection.execute("select to_regproc('public.wa_notify')::text").fetchone()
        assert notify == ("wa_notify",)
        connection.execute("drop view public.late")
        subprocess.run(psql, check=True, capture_output=True)
        connection.execute(
            "drop function public.greet(), public.basket_create(text[]), public.visit_count()"
        )
    assert [line for line in dump(app) if "wa_reader_role" not in line] == before
