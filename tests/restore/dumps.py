"""Dumps and restores as Supabase documents them: roles, schema and data, by the role `postgres`."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import psycopg

from tests.docs.code_blocks import find_code_blocks
from tests.fixtures import supabase_shape
from tests.fixtures.postgres import Database
from tests.restore.conftest import run
from wa_webhook.migrate import find_db_folder

if TYPE_CHECKING:
    from pathlib import Path

    from wa_webhook.dev.postgres import LocalPostgres

_OF_THE_PLATFORM = "auth|extensions"
_META_COMMANDS = re.compile(r"^\\(un)?restrict .*\n", re.MULTILINE)


def make_project(server: LocalPostgres, name: str = "project") -> Database:
    """Make what a new Supabase project is; `postgres` may leave triggers out, as it may there."""
    with psycopg.connect(server.url("supabase_admin"), autocommit=True) as superuser:
        superuser.execute(supabase_shape.ROLES)
        superuser.execute("grant set on parameter session_replication_role to postgres")
        superuser.execute(f"create database {name} owner postgres".encode())
    with psycopg.connect(server.url("supabase_admin", name), autocommit=True) as inside:
        inside.execute(supabase_shape.DATABASE)
    return Database(server, name)


def dump(database: Database, folder: Path, *options: str) -> tuple[Path, Path, Path]:
    """Write roles.sql, schema.sql and data.sql as `supabase db dump` does.

    `options` are further ones of pg_dump for the schema.
    """
    files = folder / "roles.sql", folder / "schema.sql", folder / "data.sql"
    texts = _dump_roles(database), _dump_schema(database, *options), _dump_data(database)
    for file, text in zip(files, texts, strict=True):
        file.write_text(_META_COMMANDS.sub("", text))
    return files


def restore(files: tuple[Path, Path, Path], target: Database) -> None:
    """Run the three files in one transaction, by the command of docs/operate/restore.md."""
    folder = files[0].parent
    (folder / "db").symlink_to(find_db_folder())
    run_block(0, folder, target, NEW_DATABASE_URL=target.url())


def run_block(position: int, folder: Path, database: Database, **urls: str) -> None:
    """Run the commands of docs/operate/restore.md that stand there so far from its top."""
    block = find_code_blocks("docs/operate/restore.md", "sh")[position]
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.code],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={
            "PATH": f"{database.server.binaries}:{os.environ['PATH']}",
            "PGOPTIONS": "--client-min-messages=warning",
            **urls,
        },
    )
    assert done.returncode == 0, done.stderr


def _dump_roles(database: Database) -> str:
    """Leave out what takes a superuser, and what the platform keeps for itself.

    That is also the membership of `postgres` in our roles.
    """
    everything = run(
        database.server,
        "pg_dumpall",
        f"--dbname={database.url()}",
        "--roles-only",
        "--role=postgres",
        "--quote-all-identifiers",
        "--no-role-passwords",
        "--no-comments",
    )
    ours = re.findall(r'^(?:CREATE|ALTER) ROLE "wa_.*', everything, re.MULTILINE)
    superusers = "NOSUPERUSER|NOREPLICATION"
    if database.server.version < 16:
        superusers += "|NOBYPASSRLS"  # Supabase's server lets `postgres` say it
    return re.sub(f" ({superusers})", "", "\n".join(ours)) + "\n"


def _dump_schema(database: Database, *options: str) -> str:
    text = _pg_dump(database, "--schema-only", *options)
    for what, again in (
        ("SCHEMA", "CREATE SCHEMA IF NOT EXISTS"),
        ("TABLE", "CREATE TABLE IF NOT EXISTS"),
        ("SEQUENCE", "CREATE SEQUENCE IF NOT EXISTS"),
        ("FUNCTION", "CREATE OR REPLACE FUNCTION"),
        ("TRIGGER", "CREATE OR REPLACE TRIGGER"),
        ("VIEW", "CREATE OR REPLACE VIEW"),
    ):
        text = re.sub(f'^CREATE {what} "', f'{again} "', text, flags=re.MULTILINE)
    return re.sub(r"^COMMENT ON EXTENSION .*\n", "", text, flags=re.MULTILINE)


def _dump_data(database: Database) -> str:
    return _pg_dump(database, "--data-only")


def _pg_dump(database: Database, *options: str) -> str:
    return run(
        database.server,
        "pg_dump",
        f"--dbname={database.url()}",
        "--role=postgres",
        "--quote-all-identifiers",
        f"--exclude-schema={_OF_THE_PLATFORM}",
        *options,
    )
