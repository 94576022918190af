"""pg_upgrade to each newer version that this machine has, from the oldest that it can take over."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.fixtures import clusters
from tests.fixtures.names import about_default_names
from tests.fixtures.postgres import Database
from tests.queue.conftest import text
from tests.restore.conftest import paused_because, run
from tests.restore.dumps import make_project
from tests.restore.test_dumps import examine, findings_of_doctor, migrate
from wa_webhook.dev.server_account import ServerAccount
from wa_webhook.migrate import find_db_folder

if TYPE_CHECKING:
    from tests.queue.conftest import Queue
    from tests.restore.conftest import OpenQueue, Places
    from wa_webhook.dev.postgres import LocalPostgres

pytestmark = about_default_names("psql runs the role scripts as they are")

BINARIES = clusters.find_binaries()
COLUMN_MARK = b"pg_attver"
"""What servers since 15.20 write beside a column; all releases of before refuse it."""


def takes_over(new: int, old: int) -> bool:
    """Return whether the release of `new` here knows what that of `old` writes into its catalog."""
    knows_old, knows_new = (
        COLUMN_MARK in (BINARIES[version] / "postgres").read_bytes() for version in (old, new)
    )
    return knows_new or not knows_old


UPGRADES = {
    new: old
    for new in sorted(BINARIES)
    for old in sorted(BINARIES, reverse=True)
    if old < new and takes_over(new, old)
}
"""For each newer version the oldest that it takes over."""
FROM_15 = [new for new, old in UPGRADES.items() if old == 15]


def upgrade(old: LocalPostgres, new: LocalPostgres) -> None:
    """Upgrade a stopped cluster into the folder of another version's, and start that."""
    account = ServerAccount.for_this_process()
    new.data.parent.mkdir(mode=0o711)
    account.own(new.data.parent)
    checksums = ["--no-data-checksums"] if new.version >= 18 else []
    run(
        new,
        "initdb",
        f"--pgdata={new.data}",
        "--username=supabase_admin",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-sync",
        *checksums,
        as_server=True,
    )
    done = subprocess.run(
        [
            new.binaries / "pg_upgrade",
            f"--old-bindir={old.binaries}",
            f"--new-bindir={new.binaries}",
            f"--old-datadir={old.data}",
            f"--new-datadir={new.data}",
            f"--socketdir={new.data.parent}",
            "--username=supabase_admin",
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=new.data.parent,
        **account.subprocess_options(),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    new.start()


@pytest.fixture(params=UPGRADES, ids="to pg{}".format)
def upgraded(
    request: pytest.FixtureRequest, places: Places, open_queue: OpenQueue
) -> tuple[Queue, Database]:
    """A project whose queue was paused for the upgrade, and the upgraded database."""
    old = places.server_on("old", BINARIES[UPGRADES[request.param]]).start()
    project = make_project(old)
    migrate(project)
    with psycopg.connect(project.url(), autocommit=True) as connection:
        connection.execute("alter role wa_notifier_role login")
    before = open_queue(old, project.name)
    before.add_user()
    before.send()
    before.queue(payload=text("after the upgrade"))
    before.execute("select public.wa_queue_pause('upgrade')")
    old.stop()
    new = places.server_on("new", BINARIES[request.param])
    upgrade(old, new)
    return before, Database(new, project.name)


def test_an_upgraded_database_says_so_and_goes_on_when_told(
    upgraded: tuple[Queue, Database], open_queue: OpenQueue
) -> None:
    _, database = upgraded
    migrate(database)
    findings = findings_of_doctor(database)
    queue = open_queue(database.server, database.name)
    assert queue.claim() == []
    assert paused_because(queue) == (
        "the database is in another cluster than before: a dump was restored, or the server was"
        " upgraded; it was already paused: upgrade"
    )
    queue.execute("select public.wa_queue_resume('send')")
    assert [row["request"]["text"]["body"] for row in queue.claim()] == ["after the upgrade"]
    assert (findings["rights"], findings["privileges"]) == ("ok", "ok")


def test_after_an_upgrade_a_login_can_be_given_and_taken(
    upgraded: tuple[Queue, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WA_ROLE_PASSWORD", "a-password-that-is-long-enough")
    _, database = upgraded
    roles = find_db_folder() / "roles"
    role = "--variable=role=wa_edge_role"
    for script in ("give_login.sql", "take_login.sql"):
        url = f"--dbname={database.url()}"
        run(database.server, "psql", url, role, f"--file={roles / script}")


# From 16 on whoever creates a role has the admin option of it.
@pytest.mark.parametrize("upgraded", FROM_15, ids="to pg{}".format, indirect=True)
def test_doctor_finds_roles_that_an_upgrade_put_beyond_reach(
    upgraded: tuple[Queue, Database],
) -> None:
    _, database = upgraded
    with psycopg.connect(database.url("supabase_admin"), autocommit=True) as superuser:
        superuser.execute("revoke admin option for wa_edge_role, wa_runtime from postgres")
        (found,) = (one for one in examine(database) if one.name == "privileges")
        assert "may not change wa_edge_role, wa_runtime" in found.message
        _, _, statement = found.mend.partition(": ")
        superuser.execute(statement.encode())
    assert findings_of_doctor(database)["privileges"] == "ok"
