"""`wa-webhook migrate`: bring a database to what the files under db/ say."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated, Any

import psycopg
import typer
from psycopg import errors

from wa_webhook.cli.adopting import adopt_or_exit
from wa_webhook.cli.errors import fail
from wa_webhook.cli.names import with_names
from wa_webhook.cli.progress import show_progress
from wa_webhook.cli.settings import database_url_or_exit, settings_or_exit
from wa_webhook.cli.source import FlowsOption, WithOption, WithoutOption, read_chosen_source
from wa_webhook.flows.problems import list_problems
from wa_webhook.migrate import MigrateError, Migrator
from wa_webhook.naming.rewriting import Rewriter
from wa_webhook.operations.numbers import Numbers
from wa_webhook.settings import BotSettings

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.errors import Diagnostic

    from wa_webhook.naming.names import Names

OWNER_NEEDED = (
    "Migrate as the role that owns the tables, and the database before the first run: on Supabase "
    "that is postgres."
)


_WHEN_INTERRUPTED = (
    "The file that was at work is undone as a whole, those that were applied stay; run it again to"
    " go on."
)


@with_names
def migrate(
    *,
    status: Annotated[
        bool, typer.Option("--status", help="Show what is applied and what is not; change nothing.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what a run would do; change nothing.")
    ] = False,
    include_all: Annotated[
        bool,
        typer.Option("--include-all", help="Also apply files older than the newest applied one."),
    ] = False,
    adopt: Annotated[
        bool,
        typer.Option(
            "--adopt",
            help="Take over tables that another program made. With --dry-run: say what is in the"
            " way; change nothing.",
        ),
    ] = False,
    flows: FlowsOption = None,
    asked_for: WithOption = None,
    without: WithoutOption = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            help="Direct connection of the role that owns the tables. Default: WA_DATABASE_URL.",
            show_default=False,
        ),
    ] = None,
    names: Names,
) -> None:
    """Apply new migrations, then every routine if one changed.

    Interrupt it as you like: what it says it applied stays, and a run later does the rest. Exits
    with 1 when it stopped before the end, saying which file, line and statement.
    """
    bot = settings_or_exit(BotSettings)
    url = database_url_or_exit(database_url)
    try:
        with (
            show_progress("migrating", when_interrupted=_WHEN_INTERRUPTED) as progress,
            psycopg.connect(
                url,
                autocommit=True,
                prepare_threshold=None,
                connect_timeout=10,
                application_name="wa-webhook migrate",
            ) as database,
        ):
            _say_target(database)
            database.add_notice_handler(_say_warning)
            migrator = Migrator(
                database,
                read_chosen_source(flows, asked_for, without),
                names=names,
                include_all=include_all,
                report=typer.echo,
                follow=progress.tell,
            )
            if status:
                _say_plan(migrator, with_applied=True)
            elif adopt and dry_run:
                _adopt(migrator, dry_run=True)
            elif dry_run:
                _say_plan(migrator, with_applied=False)
            else:
                if adopt:
                    _adopt(migrator, dry_run=False)
                _run(migrator)
                _say_problems(database, names)
                if bot.wa_bot_number_e164 is not None:
                    _set_bot_number(database, names, bot.wa_bot_number_e164)
                if bot.wa_phone_id is not None:
                    _enter_number(database, names, bot.wa_phone_id, bot)
    except (MigrateError, psycopg.Error) as error:
        is_owner_needed = isinstance(error.__cause__ or error, errors.InsufficientPrivilege)
        fail(f"{str(error).strip()}\n{OWNER_NEEDED}" if is_owner_needed else error)


def _run(migrator: Migrator) -> None:
    outcome = migrator.run()
    _say_remote_only(outcome.remote_only)
    for path in outcome.removed_routines:
        typer.echo(f"{path} is gone")
    _say_absent(outcome.absent_flows)
    if not outcome.migrations and not outcome.routines:
        typer.echo("up to date")


def _adopt(migrator: Migrator, *, dry_run: bool) -> None:
    if not adopt_or_exit(migrator, dry_run=dry_run).done:
        typer.echo("nothing to adopt")
    if dry_run:
        typer.echo("nothing is in the way, and nothing is changed")


def _set_bot_number(database: Connection[Any], names: Names, number: str) -> None:
    statement = """
        update wa.settings set value = pg_catalog.to_jsonb(%(number)s::text), updated_at = now()
        where key = 'bot_number_e164' and value <> pg_catalog.to_jsonb(%(number)s::text)
        """
    changed = database.execute(
        Rewriter(names).rewrite(statement).encode(),
        {"number": number},
    )
    if changed.rowcount:
        typer.echo(f"bot_number_e164 is now {number}")


def _enter_number(
    database: Connection[Any], names: Names, phone_number_id: str, bot: BotSettings
) -> None:
    numbers = Numbers(database, names)
    others = {number.phone_number_id: number for number in numbers.list_known()}
    known = others.pop(phone_number_id, None)
    display = bot.wa_bot_number_e164
    # A number that moved to another account, and so has another id, stays with its row there.
    if display in {number.display_number for number in others.values()}:
        display = None
    if known is not None and known.retired_at is not None:
        typer.echo(
            f"WA_PHONE_ID {phone_number_id} is retired:"
            f" wa-webhook numbers add {phone_number_id} makes it ours again",
            err=True,
        )
    elif (
        known is None
        or bot.wa_waba_id not in (None, known.waba_id)
        or display not in (None, known.display_number)
    ):
        numbers.add(phone_number_id, waba_id=bot.wa_waba_id, display_number=display)
        typer.echo(f"{phone_number_id} is one of our business numbers")


def _say_target(database: Connection[Any]) -> None:
    info = database.info
    typer.echo(
        f"database {info.dbname} on {info.host or 'local socket'}:{info.port} as {info.user}"
        f" (PostgreSQL {info.server_version // 10000})"
    )


def _say_warning(diagnostic: Diagnostic) -> None:
    if diagnostic.severity_nonlocalized == "WARNING":
        typer.echo(f"warning: {diagnostic.message_primary}", err=True)


def _say_plan(migrator: Migrator, *, with_applied: bool) -> None:
    plan = migrator.plan()
    for migration in plan.applied if with_applied else ():
        typer.echo(f"applied  {migration.path}")
    for migration in plan.pending:
        typer.echo(f"pending  {migration.path}")
    if plan.applied:
        for word, path in plan.list_files():
            typer.echo(f"{word:8} {path}")
    else:
        typer.echo(f"pending  {len(plan.changed_routines)} routine files")
    for path in plan.gone():
        typer.echo(f"removed  {path}")
    _say_absent(plan.absent_flows)
    _say_remote_only(plan.remote_only)
    if migrator.would_mend_rights():
        typer.echo("changed  rights, by hand: wa-webhook status names them")
    elif not plan:
        typer.echo("up to date")


def _say_problems(database: Connection[Any], names: Names) -> None:
    # A source of a few files, such as a test's, has no flows.
    with contextlib.suppress(errors.UndefinedFunction, errors.InvalidSchemaName):
        for problem in list_problems(database, names):
            if problem.is_error:
                typer.echo(f"warning: {problem}", err=True)


def _say_absent(flows: tuple[str, ...]) -> None:
    for flow in flows:
        typer.echo(
            f"flow {flow} is in the database and has no files here: it stays as it is. Name its"
            " folder with --flows. Only where no project has it any more: wa-webhook flows remove"
            f" {flow}",
            err=True,
        )


def _say_remote_only(versions: tuple[str, ...]) -> None:
    for version in versions:
        typer.echo(f"remote   {version} is in the database's history and has no file here")
