"""`wa-webhook media`: what users sent, out of the media store."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from wa_webhook.cli.database import database_or_exit
from wa_webhook.cli.errors import fail
from wa_webhook.cli.names import names_or_exit
from wa_webhook.cli.progress import show_progress
from wa_webhook.cli.settings import media_store_or_exit
from wa_webhook.media.store import MediaStore, StoreError
from wa_webhook.operations.media import StoredMedia, find_media, write_private

app = typer.Typer(no_args_is_help=True, help="Read what users sent out of the media store.")

ResultT = TypeVar("ResultT")

Media = Annotated[int, typer.Argument(min=1, help="The id of a row of wa.media.")]


@app.command("link")
def link(
    media: Media,
    minutes: Annotated[
        int, typer.Option("--minutes", min=1, max=10_080, help="How long it works.")
    ] = 60,
) -> None:
    """Print a link that opens this for whoever has it, until it ends.

    WA_DATABASE_URL is that of wa_operator_role, WA_MEDIA_STORE that of the worker. Exits with 1
    when nothing is stored, 2 when a setting is wrong, and 3 when the database did not answer.
    """
    store, found = _find(media, "media link")
    typer.echo(_asked(store.sign(found.key, timedelta(minutes=minutes))))


@app.command("get")
def get(
    media: Media,
    file: Annotated[Path, typer.Argument(help="The file to write, which must not be there yet.")],
) -> None:
    """Write the bytes into a file that only its owner may read.

    Settings and exit codes are those of `link`; 1 also when the file cannot be written.
    """
    store, found = _find(media, "media get")
    with show_progress("reading", when_interrupted="Nothing was written.") as progress:
        progress.tell(f"media {media} from the store")
        content = _asked(store.get(found.key))
    try:
        write_private(file, content)
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    typer.echo(f"{file}: {found.mime_type}, {len(content)} bytes")


def _find(media: int, command: str) -> tuple[MediaStore, StoredMedia]:
    store = media_store_or_exit()
    with database_or_exit(command) as connection:
        found = find_media(connection, names_or_exit(), media)
    if found is None:
        fail(f"nothing is stored as media {media}")
    return store, found


def _asked(call: Coroutine[Any, Any, ResultT]) -> ResultT:
    try:
        return asyncio.run(call)
    except StoreError as error:
        fail(f"the media store: {error}")
