"""`wa-webhook numbers`: which business numbers are ours."""

import contextlib
import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Annotated

import psycopg
import typer

from wa_webhook.cli.database import database_or_exit
from wa_webhook.cli.errors import exit_on, fail
from wa_webhook.cli.names import names_or_exit
from wa_webhook.cli.settings import settings_or_exit
from wa_webhook.operations.graph import GraphRefusedError
from wa_webhook.operations.numbers import Number, Numbers, read_from_graph
from wa_webhook.settings import AccountSettings, BotSettings

app = typer.Typer()


def _meta_id(text: str | None) -> str | None:
    if text is not None and not re.fullmatch("[0-9]{1,32}", text):
        raise typer.BadParameter("is an id of Meta's, of digits alone, and not the number itself")
    return text


def _e164(text: str | None) -> str | None:
    digits = re.sub("[^0-9]", "", text or "")
    if text is not None and not re.fullmatch("[1-9][0-9]{6,14}", digits):
        raise typer.BadParameter("is a number with its country code, such as +34600111222")
    return f"+{digits}" if text is not None else None


PhoneNumberId = Annotated[
    str, typer.Argument(callback=_meta_id, help="Meta's id of the number (phone_number_id).")
]
Account = Annotated[
    str | None,
    typer.Option(
        "--account",
        callback=_meta_id,
        help="Id of the WhatsApp business account. Default: WA_WABA_ID.",
        show_default=False,
    ),
]


@app.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List, add, retire and read the business numbers that are ours.

    WA_DATABASE_URL is that of wa_operator_role. Exits with 2 when a setting or option is wrong, and
    3 when the database did not answer.
    """
    if context.invoked_subcommand is not None:
        return
    with _numbers() as numbers:
        known, foreign = numbers.list_known(), numbers.list_foreign()
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "numbers": [dataclasses.asdict(number) for number in known],
                    "foreign": [
                        {"phone_number_id": number, "kept": kept} for number, kept in foreign
                    ],
                },
                default=str,
            )
        )
        return
    for number in known:
        typer.echo(_describe(number))
    if not known:
        typer.echo("no number is entered, so that each counts as ours: wa-webhook numbers add <id>")
    for phone_number_id, kept in foreign:
        typer.echo(f"{phone_number_id or 'no number'}  not ours  {kept} messages kept")


@app.command("add")
def add(
    phone_number_id: PhoneNumberId,
    *,
    account: Account = None,
    display: Annotated[
        str | None,
        typer.Option(callback=_e164, help="The number as people dial it.", show_default=False),
    ] = None,
    home: Annotated[
        str | None,
        typer.Option(help="The state that its chats begin in (home).", show_default=False),
    ] = None,
    answers: Annotated[
        bool | None,
        typer.Option(
            "--answers/--silent",
            help="Whether what comes is answered, or only recorded.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Enter a number, change what is given of it, or make a retired one ours again."""
    waba_id = account or settings_or_exit(BotSettings).wa_waba_id
    with _numbers() as numbers:
        kept = dict(numbers.list_foreign())
        numbers.add(
            phone_number_id,
            waba_id=waba_id,
            display_number=display,
            home_state=home,
            answers=answers,
        )
    typer.echo(f"{phone_number_id} is one of our business numbers")
    if phone_number_id in kept:
        typer.echo(f"{kept[phone_number_id]} messages were kept for it: wa-webhook replay")


@app.command("retire")
def retire(phone_number_id: PhoneNumberId) -> None:
    """Let a number go: nothing is sent from it any more, and what comes for it causes nothing.

    Exits with 1 when it is not one of ours.
    """
    with _numbers() as numbers:
        is_retired = numbers.retire(phone_number_id)
    if not is_retired:
        fail(f"{phone_number_id} is not one of our business numbers")
    typer.echo(f"{phone_number_id} is retired")


@app.command("read")
def read(
    *,
    account: Account = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print them; add nothing.")] = False,
) -> None:
    """Add every number that the account has at Meta, with WA_TOKEN.

    Retired ones stay retired. Exits with 1 when Meta does not say.
    """
    settings = settings_or_exit(AccountSettings)
    waba_id = account or settings.wa_waba_id
    if waba_id is None:
        fail("WA_WABA_ID: give the account's id here, or by --account", 2)
    with exit_on(GraphRefusedError):
        found = read_from_graph(
            settings.whatsapp_api_base_url, settings.wa_token.get_secret_value(), waba_id
        )
    if dry_run:
        for number in found:
            typer.echo(_describe(number))
        return
    with _numbers() as numbers:
        known = {number.phone_number_id: number for number in numbers.list_known()}
        for number in found:
            before = known.get(number.phone_number_id)
            if before is None or before.retired_at is None:
                numbers.add(
                    number.phone_number_id,
                    waba_id=number.waba_id,
                    display_number=number.display_number,
                )
            typer.echo(_describe(number if before is None else before))


@contextlib.contextmanager
def _numbers() -> Iterator[Numbers]:
    with database_or_exit("numbers") as connection:
        try:
            yield Numbers(connection, names_or_exit())
        except psycopg.errors.ForeignKeyViolation:
            fail("--home: there is no such state; wa-webhook flows lists them", 2)
        except psycopg.errors.UniqueViolation:
            fail("another number is dialled so already; wa-webhook numbers lists them", 2)


def _describe(number: Number) -> str:
    parts = [
        number.phone_number_id,
        number.display_number or "-",
        f"account {number.waba_id or '-'}",
        f"home {number.home_state}",
    ]
    if number.retired_at is not None:
        parts.append(f"retired {number.retired_at:%Y-%m-%d}")
    elif not number.answers:
        parts.append("silent")
    return "  ".join(parts)
