"""The flows of the project whose tests run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from handler.process.environment import SettingsError, load_settings
from wa_webhook.dev.stack import prepare_database
from wa_webhook.flows.problems import list_problems
from wa_webhook.migrate import MigrateError
from wa_webhook.naming.names import Names
from wa_webhook.settings import FlowSettings

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from wa_webhook.dev.postgres import LocalPostgres


class FlowsError(Exception):
    """The project's flows cannot be read, or do not hold together; the message says why."""


def find_folder(root: Path, named: str) -> Path | None:
    """Return the folder of flows: what is named, from `root`, else WA_FLOWS, else flows/ of `root`.

    None when the last is not there. Raises FlowsError for settings that are wrong.
    """
    if named:
        return root / named
    try:
        return load_settings(FlowSettings).folder(root)
    except SettingsError as error:
        raise FlowsError(str(error)) from None


def prepare(server: LocalPostgres, flows: Path | None, asked_for: Collection[str] = ()) -> None:
    """Migrate a new server's database with the flows of a folder, and those that are asked for.

    Raises FlowsError.
    """
    names = Names()
    try:
        prepare_database(server, names, flows=flows, asked_for=asked_for)
    except (MigrateError, SettingsError) as error:
        raise FlowsError(str(error)) from None
    with psycopg.connect(server.url()) as database:
        problems = [str(one) for one in list_problems(database, names) if one.is_error]
    if problems:
        raise FlowsError("\n".join(problems))
