"""`wa-webhook key`: the API key with which a role calls through Supabase's API."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from wa_webhook.api_key import ApiKeyError, Signer, mint, read_secret, read_signing_key
from wa_webhook.cli.errors import exit_on
from wa_webhook.cli.names import names_or_exit
from wa_webhook.cli.settings import settings_or_exit
from wa_webhook.naming.names import Names
from wa_webhook.operations.role_scripts import run_role_script
from wa_webhook.settings import JwtSettings

LONGEST_DAYS = 366


def key(
    role: Annotated[str, typer.Option(help="The database role that the key names.")],
    expires_in: Annotated[
        int, typer.Option(min=1, max=LONGEST_DAYS, metavar="DAYS", help="How many days it works.")
    ] = 90,
    signing_key: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            show_default=False,
            help="Private ES256 key (PEM or JWK), for projects with signing keys.",
        ),
    ] = None,
    key_id: Annotated[
        str | None,
        typer.Option(show_default=False, help="The signing key's id, where its file has none."),
    ] = None,
    own_role: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE", show_default=False, help="A role of yours to accept; may be repeated."
        ),
    ] = None,
) -> None:
    """Print the API key of a role, and on standard error when it expires and where it goes.

    The JWT secret comes from WA_JWT_SECRET, or is asked for, or read from standard input. Exits
    with 1 when there is nothing to sign with.
    """
    names = names_or_exit()
    # The notifier and operators connect to the database itself.
    known = (names.edge_role, names.agent_role, *(own_role or ()))
    if role not in known:
        raise typer.BadParameter(f"not one of {', '.join(known)}", param_hint="--role")
    with exit_on(ApiKeyError, OSError, UnicodeDecodeError):
        signer = _read_signer(signing_key, key_id)
    imported = (
        f"The project has to know the signing key {signer.key_id}: import it in the dashboard (JWT"
        " keys).\n"
        if signer.key_id
        else ""
    )
    minted = mint(role, signer, timedelta(days=expires_in))
    typer.echo(minted.token)
    typer.echo(
        f"A key for {role}, signed with {signer.algorithm}. "
        f"It expires at {minted.expires_at:%Y-%m-%d %H:%M} UTC, in {expires_in} days.\n"
        f"{_use_of(role, names, imported)}",
        err=True,
    )


def _use_of(role: str, names: Names, imported: str) -> str:
    if role == names.agent_role:
        return (
            "Whatever calls wa_reply for people sends it as `Authorization: Bearer`.\n"
            f"{imported}"
            f"Once per project, as the role that migrates: grant {role} to authenticator;"
        )
    return (
        "Put it into WA_SUPABASE_SERVICE_ROLE_KEY of `wa-webhook serve`, beside SUPABASE_URL and "
        "without WA_DATABASE_URL.\n"
        f"{imported}"
        f"Once per project: {run_role_script('give_api_key_access.sql', names)}. "
        "Where the gateway refuses the key, put the project's publishable key into "
        "WA_SUPABASE_PUBLISHABLE_KEY."
    )


def _read_signer(signing_key: Path | None, key_id: str | None) -> Signer:
    if signing_key is not None:
        return read_signing_key(signing_key.read_text(encoding="utf-8"), key_id)
    secret = settings_or_exit(JwtSettings).wa_jwt_secret
    if secret is not None:
        return read_secret(secret.get_secret_value())
    if sys.stdin.isatty():
        return read_secret(typer.prompt("JWT secret", hide_input=True, err=True))
    return read_secret(sys.stdin.readline().rstrip("\r\n"))
