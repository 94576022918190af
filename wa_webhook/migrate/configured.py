"""The files that a database is made of where no option of a command says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handler.process.environment import load_settings
from wa_webhook.migrate.source import find_db_folder, read_source
from wa_webhook.settings import FlowSettings

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from wa_webhook.migrate.source import Source


def read_configured_source(flows: Path | None = None, asked_for: Collection[str] = ()) -> Source:
    """Read the files of this installation, with the flows that the environment asks for.

    `flows` is a folder in place of the environment's, `asked_for` names more flows that ship.
    Raises SourceError, SettingsError.
    """
    settings = load_settings(FlowSettings)
    return read_source(
        find_db_folder(),
        flows=flows or settings.folder(),
        asked_for=[*asked_for, *settings.asked_for()],
        without=settings.left_out(),
    )
