"""The files that a command works with: those of this installation, and a team's flows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wa_webhook.cli.settings import settings_or_exit
from wa_webhook.migrate import find_db_folder, read_source
from wa_webhook.settings import FlowSettings

if TYPE_CHECKING:
    from wa_webhook.migrate import Source

FlowsOption = Annotated[
    Path | None,
    typer.Option(
        "--flows",
        help="The folder of your own flows. Default: WA_FLOWS, else flows/ in the current one.",
        show_default=False,
    ),
]
WithoutOption = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        help="A flow to leave out, such as baskets; may be repeated. Default: WA_WITHOUT.",
        show_default=False,
    ),
]


def read_chosen_source(flows: Path | None, without: list[str] | None) -> Source:
    """Read the files, with the flows that options and environment ask for. Raises SourceError."""
    settings = settings_or_exit(FlowSettings)
    return read_source(
        find_db_folder(),
        flows=flows or settings.folder(),
        without=without or settings.left_out(),
    )
