"""A connection string that libpq would misread is refused by its reason, and never quoted."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from psycopg.conninfo import conninfo_to_dict

from handler.process.connection_string import check_connection_string
from tests.webhook.conftest import VERIFY_TOKEN
from tests.webhook.test_serve_command import HANDLER, command, environment

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
        (HANDLER, "WA_DATABASE_URL"),
        (command("serve"), "WA_DATABASE_URL"),
        (command("notify"), "WA_DATABASE_URL"),
        (command("notify"), "WA_LISTEN_DATABASE_URL"),
        (command("status"), "WA_DATABASE_URL"),
        (command("replay"), "WA_DATABASE_URL"),
        (command("migrate"), "WA_DATABASE_URL"),
        (command("flows"), "WA_DATABASE_URL"),
        (command("doctor"), "WA_DATABASE_URL"),
        (command("migrate", "--database-url", MISREAD), "--database-url"),
        (command("flows", "--database-url", MISREAD), "--database-url"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[-1][-12:],
)
def test_every_process_and_command_refuses_it_at_start(
    words: list[str], variable: str, tmp_path: Path
) -> None:
    variables = {
        "WA_VERIFY_TOKEN": VERIFY_TOKEN,
        "WA_TOKEN": "token",
        "WA_PHONE_ID": "1",
        "WA_DATABASE_URL": "postgresql://wa_edge_role@127.0.0.1:1/postgres",
        variable: MISREAD,
    }
    finished = subprocess.run(
        words,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(**variables),
        timeout=60,
        check=False,
    )
    said = finished.stdout + finished.stderr
    assert f"{variable}: has an @ or / in its user or password" in said
    assert "SECRET" not in said
    assert finished.returncode != 0
