"""What users sent, as the rows of wa.media name it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from psycopg import Connection

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
