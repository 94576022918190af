"""`wa-webhook say`: one message to the bot that `wa-webhook dev` runs, and its answers."""

from pathlib import Path
from typing import Annotated

import typer

from wa_webhook.cli.embedded import embedded_server_or_exit
from wa_webhook.meta_stand_in.people import ANA, Person


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
        str, typer.Option("--as", metavar="NUMBER", help="Whose telephone number.")
    ] = f"+{ANA.phone}",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the webhook.")] = 8000,
    graph_port: Annotated[
        int, typer.Option(min=1, max=65535, help="Of the stand-in for the Graph API.")
    ] = 8001,
) -> None:
    """Write to the bot that wa-webhook dev runs, and print what it answers.

    Exits with 1 when no bot is running, or when it failed at the message.
    """
    if not text and file is None:
        typer.echo("say something, or send a --file", err=True)
        raise typer.Exit(2)
    phone = who.removeprefix("+")
    if not (phone.isascii() and phone.isdigit()):
        typer.echo(f"--as {who}: write a telephone number, such as +{ANA.phone}", err=True)
        raise typer.Exit(2)
    with embedded_server_or_exit():
        # Only here: the other commands do without the optional packages.
        from wa_webhook.dev.talk import Talk, TalkError

        person = ANA if phone == ANA.phone else Person(phone, phone=phone)
        talk = Talk(person, f"http://127.0.0.1:{port}/webhook", f"http://127.0.0.1:{graph_port}")
        try:
            if file is not None:
                answers = talk.send(file, text)
            else:
                answers = talk.tap(text) if tap else talk.say(text)
        except TalkError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
    typer.echo(
        "\n\n".join(answers)
        or "(no answer; where a colleague has the conversation, as the phone says, it is theirs)"
    )
