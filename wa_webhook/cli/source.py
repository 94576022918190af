"""The files that a command works with: those of this installation, and a team's flows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wa_webhook.cli.settings import settings_or_exit
from wa_webhook.migrate import find_db_folder, read_source
from wa_webhook.settings import FlowSettings, read_names

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
WithOption = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="NAME[,NAME]",
        help="A flow that ships and is not installed otherwise, such as marketplace; may be"
        " repeated; or one that was left out before. Default: WA_WITH. A database that has it"
        " keeps it.",
        show_default=False,
    ),
]
WithoutOption = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        help="A flow to leave out, such as baskets; may be repeated. Default: WA_WITHOUT. Baskets"
        " that are left out once stay so.",
        show_default=False,
    ),
]


def read_chosen_source(
    flows: Path | None, asked_for: list[str] | None, without: list[str] | None
) -> Source:
    """Read the files, with the flows that options and environment ask for. Raises SourceError."""
    settings = settings_or_exit(FlowSettings)
    return read_source(
        find_db_folder(),
        flows=flows or settings.folder(),
        asked_for=names_in(asked_for) or settings.asked_for(),
        without=names_in(without) or settings.left_out(),
    )


def names_in(given: list[str] | None) -> list[str]:
    """Return the names that an option was given, each time one or several that commas part."""
    return [name for one in given or () for name in read_names(one)]
