"""`wa-webhook say`: one message to a bot beside a stand-in for Meta, and its answers."""

import re
from pathlib import Path
from typing import Annotated

import typer

from wa_webhook.cli.errors import exit_on, fail
from wa_webhook.dev.talk import Talk, TalkError, find_people, known_as
from wa_webhook.meta_stand_in.people import ANA, Person
from wa_webhook.meta_stand_in.validation import USER_ID


def say(
    text: Annotated[
        str,
        typer.Argument(
            help="What is typed; with --tap the title to tap, with --file a caption or nothing.",
            show_default=False,
        ),
    ] = "",
    *,
    file: Annotated[
        Path | None, typer.Option("--file", help="Send this: a picture, a document, a recording.")
    ] = None,
    tap: Annotated[
        bool, typer.Option("--tap", help="Tap the button or row of that title instead.")
    ] = False,
    who: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="WHO",
            help=f"By number or BSUID. Default: the only one who is there, else +{ANA.phone}.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the webhook.")] = 8000,
    graph_port: Annotated[
        int, typer.Option(min=1, max=65535, help="Of the stand-in for the Graph API.")
    ] = 8001,
) -> None:
    """Write to the bot that wa-webhook dev runs, or emulate stands beside, and print its answers.

    Exits with 1 when no bot is running, or when it failed at the message; with 2 when several
    people are there, which are named, and nobody says as whom.
    """
    if not text and file is None:
        fail("say something, or send a --file", 2)
    address = (who or "").removeprefix("+")
    if who is not None and not (re.fullmatch("[0-9]+", address) or USER_ID.match(address)):
        fail(f"--as {who}: write a number, such as +{ANA.phone}, or a BSUID", 2)
    graph_url = f"http://127.0.0.1:{graph_port}"
    with exit_on(TalkError):
        people = [known_as(address)] if address else find_people(graph_url) or [ANA]
        if len(people) > 1:
            fail(f"say who speaks: {', '.join(map(_describe, people))}", 2)
        talk = Talk(people[0], f"http://127.0.0.1:{port}/webhook", graph_url)
        if file is not None:
            answers = talk.send(file, text)
        else:
            answers = talk.tap(text) if tap else talk.say(text)
    typer.echo(
        "\n\n".join(answers)
        or "(no answer: they opted out, a colleague has the conversation, nothing is sent at the"
        " moment, or the bot has nothing to say; the phone and wa-webhook status tell which)"
    )


def _describe(person: Person) -> str:
    option = f"--as +{person.phone}" if person.phone else f"--as {person.user_id}"
    return option if person.name == person.address else f"{option} ({person.name})"
