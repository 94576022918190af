"""A connection string that libpq would misread is refused by its reason, and never quoted."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner

from handler.process.connection_string import check_connection_string
from tests.webhook.conftest import APP_SECRET, VERIFY_TOKEN
from tests.webhook.test_serve_command import HANDLER, environment
from wa_webhook.cli import app

if TYPE_CHECKING:
    from pathlib import Path

MISREAD = "postgresql://wa_edge_role:TOP@SECRET@127.0.0.1/postgres"


@pytest.mark.parametrize(
    "password", ["TOP@SECRET", "TOP/SECRET", "1/SECRET", "TOP@SEC/RET", "1/TOP?SECRET=1", "%SECRET"]
)
def test_a_password_that_is_not_encoded_is_refused_and_not_quoted(password: str) -> None:
    with pytest.raises(ValueError, match="percent-encoded") as raised:
        check_connection_string(f"postgresql://someone:{password}@127.0.0.1:5432/postgres")
    assert not {"TOP", "SECRET"} & set(str(raised.value).replace("@", " ").split())
    assert "SEC" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://someone:a%40b%2Fc@127.0.0.1:5432/postgres",
        "postgres://someone:a?b:c#d[e]@127.0.0.1,[::1]:5432/postgres?sslmode=require&ssl=true",
        "postgresql://127.0.0.1/postgres?user=someone@home&password=a@b",
        "postgresql:///postgres?host=/tmp",
        "host=127.0.0.1 user=someone password=a@b/c dbname=postgres",
        "host=@socket",
        "",
    ],
)
def test_what_libpq_reads_rightly_is_taken(text: str) -> None:
    conninfo_to_dict(text)
    check_connection_string(text)


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ("pgbouncer=true", "pgbouncer"),
        ("sslmode=require&pgbouncer=true&connection_limit=1", "pgbouncer, connection_limit"),
        ("schema=public", "schema"),
    ],
)
def test_a_parameter_that_is_not_postgresqls_is_named(parameters: str, named: str) -> None:
    with pytest.raises(ValueError, match=f"^has the parameter {named}, .*take it out"):
        check_connection_string(f"postgresql://someone:secret@127.0.0.1/postgres?{parameters}")


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://127.0.0.1/postgres?password=hun&ter2",
        "host=127.0.0.1 password=hun ter2",
        "host=someone:hunter2@127.0.0.1",
        "postgresql://someone@127.0.0.1:hunter2/postgres",
        "mysql://someone:hunter2@127.0.0.1/",
    ],
)
def test_anything_else_that_is_wrong_is_not_quoted_either(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        check_connection_string(text)
    assert "ter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("words", "variable"),
    [
        (["serve"], "WA_DATABASE_URL"),
        (["notify"], "WA_DATABASE_URL"),
        (["notify"], "WA_LISTEN_DATABASE_URL"),
        (["status"], "WA_DATABASE_URL"),
        (["replay"], "WA_DATABASE_URL"),
        (["migrate"], "WA_DATABASE_URL"),
        (["flows"], "WA_DATABASE_URL"),
        (["doctor"], "WA_DATABASE_URL"),
        (["migrate", "--database-url", MISREAD], "--database-url"),
        (["flows", "--database-url", MISREAD], "--database-url"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_every_command_refuses_it_at_start(words: list[str], variable: str) -> None:
    result = CliRunner().invoke(app, words, env=variables(variable))
    assert isinstance(result.exception, SystemExit)
    assert_refused(variable, result.output, result.exit_code)


def test_a_process_is_ended_by_it_and_shows_it_in_no_trace(tmp_path: Path) -> None:
    finished = subprocess.run(
        HANDLER,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(**variables("WA_DATABASE_URL")),
        timeout=60,
        check=False,
    )
    assert_refused("WA_DATABASE_URL", finished.stdout + finished.stderr, finished.returncode)


def variables(misread: str) -> dict[str, str]:
    return {
        "WA_APP_SECRET": APP_SECRET,
        "WA_VERIFY_TOKEN": VERIFY_TOKEN,
        "WA_TOKEN": "token",
        "WA_PHONE_ID": "1",
        "WA_DATABASE_URL": "postgresql://wa_edge_role@127.0.0.1:1/postgres",
        misread: MISREAD,
    }


def assert_refused(variable: str, said: str, exit_code: int) -> None:
    assert f"{variable}: has an @ or / in its user or password" in said
    assert "SECRET" not in said
    assert exit_code != 0
