"""`wa-webhook key`: the key alone on standard output, the words on standard error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner, Result

from tests.api_key.keys import KEY_ID, SigningKey
from tests.fixtures.names import current_role
from tests.fixtures.postgrest import JWT_SECRET
from wa_webhook.cli import app

if TYPE_CHECKING:
    from pathlib import Path


COMMAND = CliRunner()
EDGE = current_role("wa_edge_role")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: one without settings files."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_key(
    *arguments: str, secret: str | None = JWT_SECRET, standard_input: str = "", **environment: str
) -> Result:
    return COMMAND.invoke(
        app, ["key", *arguments], input=standard_input, env={"WA_JWT_SECRET": secret, **environment}
    )


def test_standard_output_is_the_key_alone() -> None:
    result = run_key("--role", EDGE)
    assert result.exit_code == 0
    (token,) = result.stdout.splitlines()
    claims = jwt.decode(token, JWT_SECRET, ["HS256"])
    assert (claims["role"], claims["iss"]) == (EDGE, "supabase")
    assert set(claims) == {"role", "iss", "iat", "exp"}


def test_a_key_works_for_ninety_days_and_the_words_say_until_when() -> None:
    result = run_key("--role", EDGE)
    claims = jwt.decode(result.stdout.strip(), JWT_SECRET, ["HS256"])
    assert claims["exp"] - claims["iat"] == timedelta(days=90).total_seconds()
    assert f"{datetime.fromtimestamp(claims['exp'], UTC):%Y-%m-%d %H:%M} UTC" in result.stderr


def test_the_words_say_where_the_key_goes_and_what_it_needs() -> None:
    words = run_key("--role", EDGE).stderr
    for name in ("WA_SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_URL", "give_api_key_access.sql"):
        assert name in words


def test_a_help_desk_gets_a_key_and_hears_what_it_needs() -> None:
    agent = current_role("wa_agent_role")
    result = run_key("--role", agent)
    assert jwt.decode(result.stdout.strip(), JWT_SECRET, ["HS256"])["role"] == agent
    assert f"grant {agent} to authenticator;" in result.stderr
    assert "WA_SUPABASE_SERVICE_ROLE_KEY" not in result.stderr


def test_the_days_can_be_chosen() -> None:
    result = run_key("--role", EDGE, "--expires-in", "7")
    claims = jwt.decode(result.stdout.strip(), JWT_SECRET, ["HS256"])
    assert claims["exp"] - claims["iat"] == timedelta(days=7).total_seconds()


@pytest.mark.parametrize("days", ["0", "367", "forever"])
def test_a_key_for_ever_is_not_to_be_had(days: str) -> None:
    result = run_key("--role", EDGE, "--expires-in", days)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--expires-in" in result.stderr


def test_without_the_variable_the_secret_is_read_from_standard_input() -> None:
    result = run_key("--role", EDGE, secret=None, standard_input=f"{JWT_SECRET}\n")
    assert jwt.decode(result.stdout.strip(), JWT_SECRET, ["HS256"])["role"] == EDGE


@pytest.mark.parametrize("role", ["service_role", "wa_edge_rol", "wa_notifier_role", ""])
def test_a_role_that_does_not_call_through_the_api_gets_no_key(role: str) -> None:
    result = run_key("--role", role)
    assert (result.exit_code, result.stdout) == (2, "")
    assert EDGE in result.stderr


def test_a_handler_of_another_name_gets_its_key_and_the_scripts_are_rewritten_for_it() -> None:
    result = run_key("--role", "shop_handler", WA_EDGE_ROLE="shop_handler")
    assert jwt.decode(result.stdout.strip(), JWT_SECRET, ["HS256"])["role"] == "shop_handler"
    assert "wa-webhook rewrite db/roles/give_api_key_access.sql | psql" in result.stderr
    refused = run_key("--role", "wa_edge_role", WA_EDGE_ROLE="shop_handler")
    assert (refused.exit_code, refused.stdout) == (2, "")


def test_a_role_of_another_name_can_be_made_known() -> None:
    result = run_key("--role", "shop_edge", "--own-role", "shop_edge")
    assert jwt.decode(result.stdout.strip(), JWT_SECRET, ["HS256"])["role"] == "shop_edge"


@pytest.mark.parametrize("secret", ["short", "x" * 31])
def test_a_secret_that_can_be_guessed_signs_nothing(secret: str) -> None:
    result = run_key("--role", EDGE, secret=secret)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "the JWT secret is shorter than 32 bytes\n"


def test_without_any_secret_it_says_where_one_is_looked_for() -> None:
    result = run_key("--role", EDGE, secret=None)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("no JWT secret: put it into WA_JWT_SECRET")


def test_a_jwk_signs_for_a_project_with_signing_keys(folder: Path) -> None:
    key = SigningKey.make()
    (folder / "key.json").write_text(f"[{key.jwk}]")
    result = run_key("--role", EDGE, "--signing-key", "key.json", secret=None)
    token = result.stdout.strip()
    assert jwt.decode(token, key.public, ["ES256"])["role"] == EDGE
    assert jwt.get_unverified_header(token)["kid"] == KEY_ID
    assert f"The project has to know the signing key {KEY_ID}" in result.stderr


def test_a_pem_file_signs_with_the_id_that_is_given(folder: Path) -> None:
    key = SigningKey.make()
    (folder / "key.pem").write_text(key.pem)
    arguments = ("--role", EDGE, "--signing-key", "key.pem")
    result = run_key(*arguments, "--key-id", KEY_ID)
    assert jwt.get_unverified_header(result.stdout.strip())["kid"] == KEY_ID
    without = run_key(*arguments)
    assert (without.exit_code, without.stdout) == (1, "")
    assert "the signing key has no id" in without.stderr


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "{}",
        "[]",
        '{"kty":"oct","k":"c2VjcmV0","kid":"1"}',
        "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n",
        SigningKey.make(ec.SECP384R1()).pem,
        jwt.algorithms.ECAlgorithm.to_jwk(SigningKey.make().public),
    ],
    ids=range(7),
)
def test_what_is_no_private_es256_key_is_refused_in_one_line(folder: Path, text: str) -> None:
    (folder / "key").write_text(text)
    result = run_key("--role", EDGE, "--signing-key", "key")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("the signing key ")
    assert result.stderr.count("\n") == 1


def test_the_secret_is_never_said() -> None:
    result = run_key("--role", EDGE)
    assert JWT_SECRET not in result.stdout + result.stderr
