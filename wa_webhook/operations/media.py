"""What users sent, as the rows of wa.media name it."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wa_webhook.media.store import StoreError
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from psycopg import Connection

    from wa_webhook.media.store import MediaStore
    from wa_webhook.naming.names import Names


@dataclass(frozen=True)
class StoredMedia:
    """Where the store has it, what it is by its content, and its name where it had one."""

    key: str
    mime_type: str
    filename: str | None


def find_media(connection: Connection[Any], names: Names, media: int) -> StoredMedia | None:
    """Return what is stored under the id of a row, None for nothing. Raises psycopg.Error."""
    statement = Rewriter(names).rewrite(
        """
        select object.key, object.mime_type, media.filename
        from wa.media as media
        join wa.media_objects as object on object.id = media.object_id
        where media.id = %s and media.status = 'stored'
        """
    )
    row = connection.execute(statement.encode(), (media,)).fetchone()
    return None if row is None else StoredMedia(*row)


def write_private(file: Path, content: bytes) -> None:
    """Write a new file that only its owner may read. Raises OSError, also where it is there."""
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(content)


async def save_media(
    media: Iterable[dict[str, Any]], store: MediaStore, folder: Path
) -> dict[int, str]:
    """Write what is stored into `folder`, and note in each row which `file` holds it, or null.

    `media` are rows of `wa_export_profile`. Returns why there is no file, by their ids. Raises
    OSError for a file that cannot be written.
    """
    problems = {}
    for one in media:
        one["file"] = None
        if one["status"] != "stored":
            continue
        try:
            content = await store.get(one["key"])
        except StoreError as error:
            problems[one["id"]] = str(error)
            continue
        one["file"] = f"{one['id']}{mimetypes.guess_extension(one['mime_type']) or '.bin'}"
        write_private(folder / one["file"], content)
    return problems
