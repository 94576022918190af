"""`wa-webhook flows`: the conversations, as the database has them."""

from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from wa_webhook.cli.commands.flow_texts import export, take_back
from wa_webhook.cli.errors import exit_on, fail
from wa_webhook.cli.languages import LanguagesOption, tell_of_made
from wa_webhook.cli.names import names_or_exit
from wa_webhook.cli.progress import show_progress
from wa_webhook.cli.settings import database_url_or_exit, settings_or_exit
from wa_webhook.flows.map import (
    FlowMap,
    MarkerError,
    draw_mermaid,
    read_flow_map,
    replace_generated,
    write_markdown,
)
from wa_webhook.flows.problems import list_mistakes, list_problems
from wa_webhook.flows.removal import remove_flow
from wa_webhook.migrate import MigrateError, find_db_folder
from wa_webhook.migrate.files import read_text, write_whole
from wa_webhook.migrate.flows import ships
from wa_webhook.operations.migrations import read_migrations
from wa_webhook.scaffold import ScaffoldError, make_flow
from wa_webhook.settings import FlowSettings, read_names

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        help="Connection of the operator or migrating role. Default: WA_DATABASE_URL.",
        show_default=False,
    ),
]

_WHOLE = "A flow is removed as a whole or not at all; run it again to see which."

app = typer.Typer(help="Print, begin, check, translate and remove conversations.")
app.command("export-texts")(export)
app.command("import-texts")(take_back)


@app.callback(invoke_without_command=True)
def flows(
    context: typer.Context,
    *,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print the state diagram.")] = False,
    write: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            show_default=False,
            help="Replace the diagram and tables in this document.",
        ),
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            show_default=False,
            help="Fail if those in this document are out of date.",
        ),
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print states and transitions, or keep the diagram in a document up to date.

    Exits with 1 when the database cannot be read, or the document is not as it should be.
    """
    if context.invoked_subcommand is not None:
        return
    names = names_or_exit()
    url = database_url_or_exit(database_url)
    with exit_on(psycopg.Error), psycopg.connect(url, autocommit=True) as connection:
        flow_map = read_flow_map(connection, names)
    try:
        if write is not None:
            write_whole({write: _updated(read_text(write), flow_map)})
        elif check is not None:
            if (document := read_text(check)) != _updated(document, flow_map):
                fail(f"{check} is out of date: run wa-webhook flows --write {check}")
        elif mermaid:
            typer.echo(draw_mermaid(flow_map), nl=False)
        else:
            _print_tables(flow_map)
    except MarkerError as error:
        fail(f"{write or check}: {error}")
    except MigrateError as error:
        fail(error)


@app.command("new")
def begin_flow(
    name: Annotated[str, typer.Argument(help="A word that names the flow and leads into it.")],
    *,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            help="The folder of your flows. Default: WA_FLOWS, else flows.",
            show_default=False,
        ),
    ] = None,
    table: Annotated[
        bool,
        typer.Option("--table", help="Also write a migration with a table about people."),
    ] = False,
    languages: LanguagesOption = "",
) -> None:
    """Write a flow that works at once: it asks one question, and its tests answer it.

    Without --languages it speaks those of the flows beside it.

    Exits with 1, and writes nothing, where the name or the folder is taken.
    """
    folder = to or settings_or_exit(FlowSettings).wa_flows or Path("flows")
    with exit_on(MigrateError, ScaffoldError):
        made = make_flow(name, folder, languages=read_names(languages), with_table=table)
    tell_of_made(made)


@app.command("check")
def check_flows(*, database_url: DatabaseUrl = None) -> None:
    """Say what does not hold together in any flow of the database.

    Exits with 1 when something would fail or be cut off for users; what nobody uses is no failure.
    """
    names = names_or_exit()
    url = database_url_or_exit(database_url)
    with exit_on(psycopg.Error), psycopg.connect(url, autocommit=True) as connection:
        problems = list_problems(connection, names) + list_mistakes(connection, names)
        state = read_migrations(connection, names.private_schema)
    for problem in problems:
        typer.echo(f"{'error   ' if problem.is_error else 'warning '} {problem}")
    if state.refused is not None:
        typer.echo(f"warning  {state.refused}")
    for flow in state.absent_flows:
        typer.echo(f"warning  flow {flow}: has no files here, and stays as it is")
    for flow in state.changed_flows:
        typer.echo(
            f"warning  flow {flow}: is not in the database as it is here: wa-webhook migrate"
        )
    if any(problem.is_error for problem in problems):
        raise typer.Exit(1)
    if not (problems or state.refused or state.absent_flows or state.changed_flows):
        typer.echo("every flow holds together")


@app.command("remove")
def remove(
    flow: Annotated[str, typer.Argument(help="The flow's name, as in wa.flows.")],
    *,
    drop_tables: Annotated[
        bool, typer.Option("--drop-tables", help="Also drop its tables, and all that they hold.")
    ] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Take a flow out: whoever is in it goes home, its rows and steps go, its tables stay.

    As the role that migrates. Exits with 1, and changes nothing, where something else needs it.
    """
    names = names_or_exit()
    url = database_url_or_exit(database_url)
    with (
        exit_on(psycopg.Error, MigrateError),
        show_progress("removing", when_interrupted=_WHOLE) as progress,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        removal = remove_flow(
            connection, names, flow, with_tables=drop_tables, follow=progress.tell
        )
    people = "1 person" if removal.people == 1 else f"{removal.people} people"
    typer.echo(f"removed the flow {flow}: {people} went home")
    for kind, name in removal.dropped:
        typer.echo(f"dropped  {kind} {name}")
    for name in removal.kept:
        typer.echo(f"kept     routine {name}, as its tables are")
    if ships(find_db_folder(), flow):
        typer.echo(f"It comes back where it is asked for: wa-webhook migrate --with {flow}.")
    else:
        typer.echo(
            f"While its folder is there, migrate brings it back unless WA_WITHOUT has {flow}."
        )
    typer.echo(f"Where exports bring the flows: wa-webhook export --without {flow}, the next time.")


def _updated(document: str, flow_map: FlowMap) -> str:
    return replace_generated(document, write_markdown(flow_map))


def _print_tables(flow_map: FlowMap) -> None:
    console = Console()
    for flow, states in flow_map.states_by_flow():
        table = Table(title=flow, title_justify="left")
        for heading in ("state", "moves to", "back", "entered by", "time-out"):
            table.add_column(heading, overflow="fold")
        for state in states:
            moves = [one.to_state for one in flow_map.transitions if one.from_state == state.state]
            table.add_row(
                state.state,
                "\n".join(moves),
                state.back_to or "home",
                "\n".join(state.entries),
                state.expires_after or "never",
            )
        console.print(table)
