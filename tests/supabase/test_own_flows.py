"""A team's own flows go to its database with its exports, and go out again with one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import psycopg

from tests.docs.code_blocks import write_files
from tests.fixtures.names import about_default_names
from tests.roads.versions import make_later, write_earlier
from tests.supabase.conftest import needs_the_cli
from tests.supabase.project import AFTER, BEFORE, Project
from wa_webhook.migrate import Migrator, read_source
from wa_webhook.scaffold import make_flow
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.postgres import Database
    from tests.supabase.conftest import SupabaseCli

pytestmark = [needs_the_cli, about_default_names("people talk to the bot")]


def test_two_flows_are_pushed_upgraded_and_one_of_them_is_removed(
    supabase: SupabaseCli, bare_database: Database, tmp_path: Path
) -> None:
    project = Project(supabase, bare_database)
    write_files("docs/tutorial.md", supabase.project)
    flows = supabase.project / "flows"
    make_flow("survey", flows)
    version = write_earlier(tmp_path / "db")
    project.write("20250101000000_shops.sql", BEFORE)
    project.export(read_source(version.folder, flows=flows))
    project.write("20990101000000_owners.sql", AFTER)
    project.push()

    with Chat.open(bare_database.url) as chat:
        ana, bruno = chat.person("Ana"), chat.person("Bruno")
        ana.says("book a table").taps("Tomorrow")
        bruno.says("survey")

        make_later(version)
        upgrade = project.export(read_source(version.folder, flows=flows))
        assert project.push() == [upgrade]
        assert "Shall we book it?" in ana.says("2").taps("Nothing")[0]
        assert bruno.says("Hm.") == ["Is this your first time here?\n[Yes] [No]"]

        shutil.rmtree(flows / "booking")
        removed = read_source(version.folder, flows=flows, without=["booking"])
        removal = project.export(removed)
        assert project.push() == [removal]
        assert "What would you like to do?" in ana.says("Book it")[-1]
        assert ana.says("book a table") != []
        assert bruno.says("yes")[0] == "Thank you, noted: Yes."
        assert chat.rows("select state from public.chat_state where state <> 'home'") == []

    assert project.is_pushed()
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        assert not Migrator(connection, removed).plan()
        (names,) = (
            connection.execute(
                "select array[to_regprocedure('wa.step_booking_day(wa.chat)')::text,"
                " to_regclass('wa.booking')::text, to_regproc('wa.booking_list')::text]"
            ).fetchone()
            or ()
        )
    assert names == [None, "wa.booking", "wa.booking_list"]
