"""Holds the tutorial in a folder of its own, with two versions of wa-webhook."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from tests.demo.running import Dev, running
from tests.docs.code_blocks import PROJECT, find_code_blocks, write_files
from tests.own_project.installation import Installation, build_wheel, check_out, has_commit
from wa_webhook.meta_stand_in.people import BRUNO
from wa_webhook.migrate.takeover import COMMIT

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

TUTORIAL = "docs/tutorial.md"
MAKE, TEST, DEV, SAY, LOOK, UPGRADE, REMOVE = (
    block.code for block in find_code_blocks(TUTORIAL, "sh")
)
_DATABASE = "postgresql://postgres@127.0.0.1:54329/postgres"
_STATES = """
    select profile.display_name, chat.state from public.chat_state as chat
    join public.profiles as profile using (user_id) order by 1
"""


class Story:
    """A team's project, and how far it has come."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "tables"
        self.installed = Installation.make(folder / "environment")
        self._began = time.monotonic()

    def tell(self, what: str) -> None:
        """Print what is done, and the seconds since the beginning."""
        print(f"{time.monotonic() - self._began:5.1f} s  {what}", flush=True)

    def make(self) -> None:
        """Do section 1, and write the files of the others."""
        # The lines above it install what is installed here otherwise.
        (init,) = (line for line in MAKE.splitlines() if line.startswith("wa-webhook "))
        self.installed.run(init, self.folder)
        written = write_files(TUTORIAL, self.project)
        lines = sum(path.read_text().count("\n") for path in written)
        self.tell(f"made a project, and wrote {len(written)} files of {lines} lines")

    def test(self) -> None:
        """Run the project's tests, those of the flow it began with too."""
        assert "7 passed" in self.installed.run(TEST, self.project)
        self.tell("its tests pass")

    def dev(self) -> AbstractContextManager[Dev]:
        """Run everything on free ports."""
        command = [str(self.installed.folder / "bin" / "wa-webhook"), *DEV.split()[1:]]
        ports = [f"--{one}port=0" for one in ("", "graph-", "database-", "phone-", "desk-")]
        environment = self.installed.environment(PYTHONUNBUFFERED="1")
        return running([*command, *ports], self.project, environment)

    def run(self, code: str, dev: Dev) -> str:
        """Run commands of the tutorial on the database of dev."""
        url = dev.found(r"psql (\S+)")
        return self.installed.run(code.replace(_DATABASE, url), self.project, WA_DATABASE_URL=url)


def begin(story: Story, dev: Dev) -> None:
    """Bruno books a table, and Ana is in the middle of it."""
    dev.say("book a table", BRUNO)
    dev.read_until("[In three days]")
    for said, heard in (("Tomorrow", "8 people"), ("2", "[Nothing]"), ("Nothing", "[Book it]")):
        dev.say(said, BRUNO)
        dev.read_until(heard)
    dev.tap("Book it", BRUNO)
    dev.read_until("See you on")
    story.tell("a table is booked")
    dev.say("book a table")
    dev.read_until("[In three days]")
    dev.tap("In two days")
    dev.read_until("8 people")
    dev.tap("4 people")
    dev.read_until("[Nothing]")
    assert "Bruno" in story.run(LOOK, dev)


def go_on(story: Story, dev: Dev) -> dict[str, Any]:
    """Upgrade the database under the older version, which goes on; return the tap that books."""
    said = story.run(UPGRADE, dev)
    assert "up to date" in said, said
    dev.say("A quiet corner")
    dev.read_until("8:00 PM, for 4 people")
    story.tell("the database is upgraded, and the older version goes on")
    return dev.offer("Book it")


def end(story: Story, dev: Dev, book_it: dict[str, Any]) -> None:
    """Ana books with the newer version; the flow is removed while she books again."""
    dev.post(book_it)
    dev.read_until("See you on")
    story.tell("the newer version goes on where the conversation was")
    ports = dev.found(r"wa-webhook say hello (.*)")
    answers = story.run(SAY.replace("say", f"say {ports}"), dev)
    assert "For how many?" in answers, answers
    said = story.run(REMOVE, dev)
    assert "removed the flow booking: 1 person went home" in said, said
    dev.say("2")
    dev.read_until("Stop")
    with psycopg.connect(dev.found(r"psql (\S+)")) as database:
        assert dict(database.execute(_STATES).fetchall()) == {"Ana": "home", "Bruno": "home"}
        assert database.execute("select count(*) from wa.booking").fetchone() == (2,)
        failed = "select error from public.wa_events where status = 'failed'"
        assert database.execute(failed).fetchall() == []
    story.tell("the flow is removed, people are home, and their bookings are kept")


def main() -> None:
    """Tell the story, without an upgrade where the clone does not reach back to COMMIT.

    Raises AssertionError.
    """
    with tempfile.TemporaryDirectory(prefix="wa-project-") as name:
        folder = Path(name)
        # The server's account has to enter it.
        folder.chmod(0o755)
        newer = build_wheel(PROJECT, folder / "newer")
        story = Story(folder)
        if has_commit(COMMIT):
            older = build_wheel(check_out(COMMIT, folder / "checkout"), folder / "older")
            story.installed.install(older)
            story.tell(f"installed wa-webhook of {COMMIT}")
        else:
            story.installed.install(newer)
            story.tell("installed this version: this clone has no older one, git fetch --unshallow")
        story.make()
        story.test()
        with story.dev() as dev:
            story.tell("dev runs")
            begin(story, dev)
            story.installed.install(newer)
            book_it = go_on(story, dev)
        with story.dev() as dev:
            end(story, dev, book_it)


if __name__ == "__main__":
    main()
