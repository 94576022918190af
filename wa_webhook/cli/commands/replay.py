"""`wa-webhook replay`: process again what failed."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from wa_webhook.cli.database import database_or_exit
from wa_webhook.cli.names import names_or_exit
from wa_webhook.cli.progress import show_progress
from wa_webhook.operations.replay import Choice, Outcome, Replayer

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
_MEND = "Mend what these errors say, then replay again; wa-webhook status lists them."

_GO_ON = "What is done stays done; start it again to go on."
_MOVED_ON = (
    "their conversations have moved on. Replay them too with --even-if-moved-on, or let them go"
    " with --dismiss."
)


def replay(
    *,
    message: Annotated[
        str | None, typer.Option(help="Only the message with this id.", show_default=False)
    ] = None,
    error: Annotated[
        str | None,
        typer.Option(help="Only errors like this SQL pattern: 'WA006%'.", show_default=False),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=_FORMATS, help="Failed at or after (UTC).", show_default=False),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=_FORMATS, help="Failed before (UTC).", show_default=False),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many.", show_default=False)
    ] = None,
    payloads: Annotated[
        bool, typer.Option("--payloads", help="Kept payloads in place of failed messages.")
    ] = False,
    dismiss: Annotated[
        bool, typer.Option("--dismiss", help="Let them go without effect instead.")
    ] = False,
    even_if_moved_on: Annotated[
        bool,
        typer.Option(
            "--even-if-moved-on", help="Also where the conversation has gone on without them."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count by error; change nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Process failed messages again, each user's in order; WA_DATABASE_URL is the operator's.

    A message that fails again stays failed, with its new error; one whose conversation has moved on
    is left as it is and counted. Interrupt it and start it again as you like. Exits with 0 when
    nothing is left, 1 when something is, 2 when a setting or option is wrong, 3 when the database
    did not answer, and 130 after an interruption.
    """
    choice = Choice(error, _in_utc(since), _in_utc(until), limit, even_if_moved_on)
    if message is not None and (
        payloads or choice != Choice(even_if_moved_on=even_if_moved_on) or dry_run
    ):
        raise typer.BadParameter("stands alone", param_hint="--message")
    names = names_or_exit()
    with database_or_exit("replay") as connection:
        replayer = Replayer(connection, names.schema, names.private_schema)
        if dry_run:
            _list(replayer, choice, payloads=payloads, as_json=as_json)
            return
        if dismiss:
            dismissed = _dismiss(replayer, choice, message, payloads=payloads, is_quiet=as_json)
            _say_dismissed(dismissed, as_json=as_json)
            return
        outcome = _replay(replayer, choice, message, payloads=payloads, is_quiet=as_json)
    _report(outcome, as_json=as_json)
    raise typer.Exit(1 if outcome.ends["failed"] or outcome.moved_on else 0)


def _replay(
    replayer: Replayer, choice: Choice, message: str | None, *, payloads: bool, is_quiet: bool
) -> Outcome:
    if message is not None:
        return replayer.replay_message(message, even_if_moved_on=choice.even_if_moved_on)
    outcome = Outcome()
    with show_progress("replaying", when_interrupted=_GO_ON, is_quiet=is_quiet) as progress:
        progress.tell("counting what failed")
        progress.tell(total=_count(replayer, choice, payloads=payloads))
        running = replayer.replay_payloads(choice) if payloads else replayer.replay_messages(choice)
        for outcome in running:
            progress.tell(done=outcome.replayed)
    return outcome


def _count(replayer: Replayer, choice: Choice, *, payloads: bool) -> int | None:
    """Return how many will be replayed, None where that is more than was counted."""
    if payloads:
        return len(replayer.list_payloads(choice))
    failed = replayer.list_failed(choice)
    count = int(failed["messages"]) - (0 if choice.even_if_moved_on else int(failed["moved_on"]))
    if choice.limit is not None and count >= choice.limit:
        return choice.limit
    return None if failed["is_capped"] else count


def _dismiss(
    replayer: Replayer, choice: Choice, message: str | None, *, payloads: bool, is_quiet: bool
) -> int:
    if message is not None:
        return replayer.dismiss_message(message)
    dismissed = 0
    with show_progress("dismissing", when_interrupted=_GO_ON, is_quiet=is_quiet) as progress:
        progress.tell("counting what failed")
        # What is let go is so even where the conversation has moved on.
        every = replace(choice, even_if_moved_on=True)
        progress.tell(total=_count(replayer, every, payloads=payloads))
        for dismissed in (
            replayer.dismiss_payloads(choice) if payloads else replayer.dismiss_messages(choice)
        ):
            progress.tell(done=dismissed)
    return dismissed


def _say_dismissed(count: int, *, as_json: bool) -> None:
    typer.echo(json.dumps({"dismissed": count}) if as_json else f"{count} dismissed")


def _list(replayer: Replayer, choice: Choice, *, payloads: bool, as_json: bool) -> None:
    if payloads:
        kept = replayer.list_payloads(choice)
        if as_json:
            typer.echo(json.dumps([{"id": one[0], "reason": one[1]} for one in kept]))
            return
        for payload_id, reason, sqlstate in kept:
            typer.echo(f"payload {payload_id}  {reason}  {sqlstate or ''}".rstrip())
        typer.echo(f"{len(kept)} kept payloads would be replayed")
        return
    failed = replayer.list_failed(choice)
    if as_json:
        typer.echo(json.dumps(failed))
        return
    left_out = 0 if choice.even_if_moved_on else failed["moved_on"]
    for one in failed["errors"]:
        typer.echo(f"{one['messages']:>7}  {one['error']}")
    typer.echo(f"{failed['messages'] - left_out} failed messages would be replayed")
    if left_out:
        typer.echo(f"{left_out} would be left: {_MOVED_ON}")


def _report(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(outcome.as_json()))
        return
    ends = ", ".join(f"{count} {end.replace('_', ' ')}" for end, count in outcome.ends.items())
    typer.echo(f"{outcome.replayed} replayed" + (f": {ends}" if ends else ""))
    for error, count in outcome.errors.most_common():
        typer.echo(f"{count:>7}  {error}")
    if outcome.moved_on:
        typer.echo(f"{outcome.moved_on} left: {_MOVED_ON}", err=True)
    if outcome.ends["failed"]:
        typer.echo(_MEND, err=True)


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
