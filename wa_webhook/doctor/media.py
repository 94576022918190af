"""The media store, as the processes that use it find it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING
from uuid import uuid4

from handler.process.environment import SettingsError, load_settings
from wa_webhook.doctor.check import Check, fail, ok, skip
from wa_webhook.media.settings import ExtraMissingError, MediaSettings, open_store
from wa_webhook.media.store import StoreError
from wa_webhook.ocr.reader import is_installed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wa_webhook.media.store import MediaStore

_CONTENT = b"wa-webhook doctor"


def check_store() -> Iterator[Check]:
    """Keep a few bytes in the store and delete them again; nothing where there is to be none."""
    try:
        store = open_store(load_settings(MediaSettings))
        if store is not None:
            asyncio.run(_try(store))
            yield ok("media", "the media store takes bytes, gives them back and deletes them")
    except SettingsError:
        # The configuration was found wrong before.
        return
    except ExtraMissingError as error:
        yield fail("media", str(error), "Install the extra.")
    except StoreError as error:
        yield fail(
            "media",
            str(error),
            "See WA_MEDIA_STORE, WA_MEDIA_S3_ENDPOINT, and the key's rights: read, write, delete.",
        )


def check_reading() -> Iterator[Check]:
    """Say whether documents are read here; nothing where no media are kept."""
    with contextlib.suppress(SettingsError):
        if load_settings(MediaSettings).wa_media_store:
            yield (
                ok("ocr", "pictures and PDFs can be read")
                if is_installed()
                else skip(
                    "ocr",
                    "pictures and PDFs are not read here",
                    "Where a flow has them read (documents in flow.sql), on one worker at least:"
                    " pip install 'wa-webhook[ocr]'.",
                )
            )


async def _try(store: MediaStore) -> None:
    key = f"doctor/{uuid4()}"
    await store.put(key, _CONTENT, "text/plain")
    if await store.get(key) != _CONTENT:
        raise StoreError("it gives back other bytes than it took")
    await store.delete(key)
    if await store.size(key) is not None:
        raise StoreError("it does not delete")
