"""`wa-webhook meta`: what Meta holds of app, account, numbers and templates, and setting it."""

import asyncio
import getpass
import json
import re
import sys
from dataclasses import asdict
from typing import Annotated
from urllib.parse import urlsplit

import typer

from handler.process.environment import SettingsError, SettingsT, load_settings
from handler.settings import SigningSettings, VerificationSettings
from wa_webhook.cli.checks import print_checks
from wa_webhook.cli.database import database_or_exit
from wa_webhook.cli.errors import exit_on, fail
from wa_webhook.cli.names import names_or_exit
from wa_webhook.cli.settings import settings_or_exit
from wa_webhook.doctor.check import Check
from wa_webhook.doctor.configuration import LOOPBACK
from wa_webhook.doctor.examination import is_well
from wa_webhook.doctor.meta import Ours, examine_account
from wa_webhook.operations.graph import GraphApi, GraphRefusedError
from wa_webhook.operations.numbers import Numbers
from wa_webhook.operations.subscription import (
    FIELDS_OF_SOME,
    Change,
    NoCallbackError,
    Wish,
    subscribe,
)
from wa_webhook.operations.templates import list_used_templates
from wa_webhook.settings import AccountSettings, BotSettings, DatabaseSettings

app = typer.Typer()


def _callback(url: str | None) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise typer.BadParameter("is an address, such as https://<host>/webhook")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise typer.BadParameter("Meta calls https addresses only")
    return url


def _fields(fields: list[str]) -> list[str]:
    for field in fields:
        if not field.isascii() or not field.replace("_", "").isalnum():
            raise typer.BadParameter(f"{field!r} is no name of a field")
    return fields


Url = Annotated[
    str | None,
    typer.Option(
        "--url", callback=_callback, help="The webhook's public address.", show_default=False
    ),
]


@app.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    *,
    url: Url = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check what Meta holds of token, callback, fields, accounts, numbers and templates.

    Changes nothing. Asks with WA_TOKEN, about the app with WA_APP_SECRET. Numbers, accounts and
    templates are those of the database in WA_DATABASE_URL, as wa_operator_role; without one, those
    of WA_PHONE_ID and WA_WABA_ID. Exits with 1 when something fails, 2 when a setting or option is
    wrong, and 3 when the database did not answer.
    """
    if context.invoked_subcommand is not None:
        return
    settings = settings_or_exit(AccountSettings)
    app_secret = _app_secret()
    ours = _read_ours(settings)

    async def examine() -> list[Check]:
        async with _graph(settings) as graph:
            return await examine_account(graph, ours, app_secret, url)

    checks = asyncio.run(examine())
    if as_json:
        answer = {"is_well": is_well(checks), "checks": [asdict(check) for check in checks]}
        typer.echo(json.dumps(answer, indent=2))
    else:
        print_checks(checks)
    raise typer.Exit(0 if is_well(checks) else 1)


@app.command("subscribe")
def subscribe_app(
    *,
    url: Url = None,
    fields: Annotated[
        list[str] | None,
        typer.Option(
            "--field",
            callback=lambda fields: _fields(fields or []),
            help=f"One more field, such as {', '.join(FIELDS_OF_SOME)}; may be repeated.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Set the app's callback and its fields, and subscribe every account of ours to the app.

    Without --url the callback stays, and what is missing is set. No field is taken away. Meta asks
    the callback for WA_VERIFY_TOKEN at once, so wa-webhook serve has to answer there. Exits with 1
    when Meta refuses, 2 when a setting or option is wrong, and 3 when the database did not answer.
    """
    settings = settings_or_exit(AccountSettings)
    app_secret = settings_or_exit(SigningSettings).app_secrets[0].decode()
    verify_token = settings_or_exit(VerificationSettings).wa_verify_token.get_secret_value()
    ours = _read_ours(settings)
    wish = Wish(url, verify_token, frozenset(fields or ()))

    async def change() -> Change:
        async with _graph(settings) as graph:
            return await subscribe(graph, app_secret, ours.waba_ids, wish)

    try:
        changed = asyncio.run(change())
    except NoCallbackError:
        fail("the app has no callback yet: give it by --url", 2)
    except GraphRefusedError as error:
        fail(error)
    _tell(changed, has_accounts=bool(ours.waba_ids))


@app.command("register")
def register(
    phone_number_id: Annotated[
        str | None,
        typer.Argument(help="The number's id; default: WA_PHONE_ID.", show_default=False),
    ] = None,
) -> None:
    """Register a number of ours, so that it can send.

    Its PIN of six digits is asked for, or read from standard input; if it has none yet, choose one.
    Keep it: Meta asks for it whenever the number is registered again. Exits with 1 when Meta
    refuses, and 2 when a setting or the PIN is wrong.
    """
    settings = settings_or_exit(AccountSettings)
    number = phone_number_id or settings_or_exit(BotSettings).wa_phone_id
    if number is None or not re.fullmatch("[0-9]+", number):
        raise typer.BadParameter("give the number's id, or set WA_PHONE_ID")
    pin = getpass.getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    if not re.fullmatch("[0-9]{6}", pin):
        raise typer.BadParameter("a PIN is six digits", param_hint="PIN")

    async def change() -> None:
        async with _graph(settings) as graph:
            await graph.register_number(number, pin)

    with exit_on(GraphRefusedError):
        asyncio.run(change())
    typer.echo(f"{number} is registered")


def _tell(changed: Change, *, has_accounts: bool) -> None:
    was = changed.before
    before = f", and no more to {was}" if was and was != changed.callback_url else ""
    typer.echo(f"webhooks go to {changed.callback_url}{before}")
    if changed.fields:
        typer.echo(f"subscribed to {', '.join(changed.fields)}")
    for waba_id in changed.accounts:
        typer.echo(f"account {waba_id} sends its webhooks to the app")
    if not has_accounts:
        typer.echo("no account is known: set WA_WABA_ID, or wa-webhook numbers add", err=True)


def _graph(settings: AccountSettings) -> GraphApi:
    return GraphApi(settings.whatsapp_api_base_url, settings.wa_token.get_secret_value())


def _app_secret() -> str | None:
    signing = _unless_unset(SigningSettings)
    return None if signing is None else signing.app_secrets[0].decode()


def _unless_unset(settings_class: type[SettingsT]) -> SettingsT | None:
    try:
        return load_settings(settings_class)
    except SettingsError as error:
        if str(error).endswith(": is not set"):
            return None
        return settings_or_exit(settings_class)


def _read_ours(settings: AccountSettings) -> Ours:
    database = _unless_unset(DatabaseSettings)
    if database is None:
        number = settings_or_exit(BotSettings).wa_phone_id
        return Ours(_known(number), _known(settings.wa_waba_id))
    names = names_or_exit()
    with database_or_exit("meta", database) as connection:
        numbers = [one for one in Numbers(connection, names).list_known() if not one.retired_at]
        templates = list_used_templates(connection, names)
    accounts = {one.waba_id: None for one in numbers if one.waba_id}
    if not accounts:
        accounts = dict.fromkeys(_known(settings.wa_waba_id))
    return Ours([one.phone_number_id for one in numbers], list(accounts), templates)


def _known(graph_id: str | None) -> list[str]:
    return [] if graph_id is None else [graph_id]
