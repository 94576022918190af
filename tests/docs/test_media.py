"""What docs/build/media.md shows runs: its step, its statements, and the settings of a worker."""

from __future__ import annotations

import asyncio
import re
import shlex
from typing import TYPE_CHECKING

import pglast
import pytest

from tests.docs.code_blocks import find_code_blocks
from tests.docs.shell import run_shell
from tests.media.conftest import gallery
from tests.media.gallery import PICTURE
from tests.media.test_using import kept, operator_environment, run
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.postgres import Connect, Database
    from tests.media.gallery import Gallery

__all__ = ["gallery", "kept", "operator_environment"]

STEP, STATEMENTS = find_code_blocks("docs/build/media.md", "sql")
SHELL, _SAY, COMMANDS, COMPARE, EXPORT = find_code_blocks("docs/build/media.md", "sh")


def test_its_statements_run_as_the_operator(connect: Connect) -> None:
    operator = connect("wa_operator_role")
    for statement in pglast.split(STATEMENTS.code):
        operator.execute(statement.encode())


async def test_its_step_takes_a_picture_and_nothing_else(gallery: Gallery) -> None:
    gallery.owner.execute("drop function wa.step_photo")
    gallery.owner.execute(STEP.code.encode())
    gallery.owner.execute(
        """
        insert into wa.texts (key, locale, body) values
        ('photo.ask', 'en', 'A picture, please.'), ('photo.one_moment', 'en', 'One moment.'),
        ('photo.thanks', 'en', 'Thank you: {mime_type}.'),
        ('photo.another', 'en', 'Another, please.')
        """
    )
    gallery.say("photo")
    assert gallery.last_reply() == "A picture, please."
    gallery.send(b"MZ" + bytes(300))
    assert gallery.last_reply() == "One moment."
    await gallery.work()
    assert gallery.last_reply() == "Another, please."
    gallery.send()
    await gallery.work()
    assert "Thank you: image/png." in gallery.replies()


def test_its_variables_are_those_of_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    exported = dict(re.findall(r"^export (\w+)=(.*)$", SHELL.code, re.MULTILINE))
    for name, given in exported.items():
        monkeypatch.setenv(name, given)
    monkeypatch.setenv("WA_TOKEN", "token")
    settings = WorkerSettings(_env_file=None, wa_database_url="postgresql://w@localhost/db")
    assert {name for name in exported if name.lower() in type(settings).model_fields} == {*exported}
    assert settings.wa_media_store == "s3://whatsapp/users"


@pytest.mark.usefixtures("operator_environment")
async def test_its_commands_give_out_what_is_stored() -> None:
    for line in COMMANDS.code.splitlines():
        _program, _group, *arguments = shlex.split(line)
        result = await asyncio.to_thread(run, *arguments)
        assert result.exit_code == 0, result.output


@pytest.mark.any_server
@pytest.mark.usefixtures("kept")
async def test_its_comparison_finds_the_hash_that_meta_told_of(
    database: Database, tmp_path: Path
) -> None:
    variables = {
        "WA_DATABASE_URL": database.url("wa_operator_role"),
        "WA_MEDIA_STORE": str(tmp_path / "media"),
    }
    compared = await asyncio.to_thread(run_shell, database, COMPARE.code, **variables)
    assert compared.stdout == COMPARE.output


@pytest.mark.any_server
@pytest.mark.usefixtures("kept")
async def test_its_export_writes_what_a_person_sent(database: Database, tmp_path: Path) -> None:
    variables = {
        "WA_DATABASE_URL": database.url("wa_operator_role"),
        "WA_MEDIA_STORE": str(tmp_path / "media"),
    }
    look = "cat for-ana.json; wc -c < for-ana/1.png; stat -c %a for-ana for-ana/1.png"
    exported = await asyncio.to_thread(run_shell, database, EXPORT.code + look, **variables)
    assert exported.returncode == 0, exported.stdout
    assert '"file": "1.png"' in exported.stdout
    assert exported.stdout.split()[-3:] == [str(len(PICTURE)), "700", "600"]
