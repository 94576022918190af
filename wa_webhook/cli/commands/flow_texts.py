"""`wa-webhook flows export-texts` and `import-texts`: what flows say, for translators."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from wa_webhook.cli.errors import exit_on
from wa_webhook.cli.settings import settings_or_exit
from wa_webhook.flows.translations import (
    TranslationError,
    export_texts,
    import_texts,
    translate_shipped,
)
from wa_webhook.migrate import MigrateError, find_db_folder
from wa_webhook.migrate.errors import SourceError
from wa_webhook.migrate.files import read_text, write_whole
from wa_webhook.migrate.flows import find_flows
from wa_webhook.migrate.migrations import name_next
from wa_webhook.settings import FlowSettings

FlowsFolder = Annotated[
    Path | None,
    typer.Option(
        "--flows",
        help="The folder of your flows. Default: WA_FLOWS, else flows.",
        show_default=False,
    ),
]


def export(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Names of flows. Default: all in your folder.", show_default=False),
    ] = None,
    *,
    language: Annotated[
        list[str] | None,
        typer.Option(help="Add an empty column for this one; repeatable.", show_default=False),
    ] = None,
    flows: FlowsFolder = None,
) -> None:
    """Print the texts of flows as CSV, for translators: a row a text, a column a language.

    Exits with 1 where there is no such flow or language.
    """
    with exit_on(MigrateError, TranslationError):
        found = _find(flows)
        if names:
            found = _find_shipped() | found
            found = {name: _pick(name, found) for name in names}
        typer.echo(export_texts(found, language or []), nl=False)


def take_back(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    *,
    flows: FlowsFolder = None,
    into: Annotated[
        str | None,
        typer.Option(
            metavar="FLOW",
            help="Write texts of flows that ship into a new migration of this flow of yours.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write translated texts into the declarations of your flows, and nothing else of these.

    With --into: texts of flows that ship, in languages that these lack; all, or some.

    Exits with 1, says all that is wrong, and changes nothing, where a text or language is missing,
    a placeholder was lost, or WhatsApp would cut a text.
    """
    with exit_on(MigrateError, TranslationError):
        text, own = read_text(file), _find(flows)
        if into is not None:
            folder = _pick(into, own) / "migrations"
            path = folder / name_next(folder, datetime.now(UTC), "_texts.sql")
            write_whole({path: translate_shipped(text, _find_shipped())})
            typer.echo(f"wrote {path}")
            return
        changed = import_texts(text, own)
    for path, count in changed.items():
        typer.echo(f"changed {count} texts in {path}")
    if not changed:
        typer.echo("every text is as it was")


def _find_shipped() -> dict[str, Path]:
    return find_flows(find_db_folder() / "flows", None)


def _find(flows: Path | None) -> dict[str, Path]:
    own = flows or settings_or_exit(FlowSettings).folder() or Path("flows")
    if not own.is_dir():
        raise SourceError(f"{own}: there is no such folder of flows")
    return find_flows(own, None)


def _pick(name: str, found: dict[str, Path]) -> Path:
    if name not in found:
        raise SourceError(f"there is no flow {name}; there are {', '.join(found)}")
    return found[name]
