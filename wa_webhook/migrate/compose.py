"""Everything that a plan does as SQL in order: what export and extension print.

The apply script executes the same parts, with transactions and retries of its own around them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wa_webhook.migrate import history
from wa_webhook.migrate.files import SqlFile
from wa_webhook.migrate.kept_names import keep_names, schema_of_contract
from wa_webhook.migrate.serving import LOCKED_BY_CALLERS
from wa_webhook.migrate.statements import END_OF_FILE, end_statement
from wa_webhook.migrate.turns import LOCK_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wa_webhook.migrate.plan import Plan
    from wa_webhook.naming.names import Names


def compose(plan: Plan, names: Names, instead: str = "") -> Iterator[SqlFile]:
    """Yield the parts, for one transaction; all of them with the default names.

    `names`: those that they are going to be rewritten to. `instead`: what is to be done in place of
    the migrations.
    """
    yield from plan.drops()
    keeps_names = not names.are_default and not plan.applied
    if keeps_names:
        yield schema_of_contract(names)
    if instead:
        yield SqlFile("instead", instead)
    for migration in () if instead else plan.pending:
        yield migration
        yield SqlFile("end", END_OF_FILE)
    if keeps_names:
        yield keep_names(names)
    yield from plan.routines()
    yield SqlFile("history", history.HEADING)
    if plan.pending:
        yield history.record_migrations(plan.pending)
    yield from history.record_files_of(plan)


def as_text(parts: Iterable[SqlFile]) -> str:
    """Return parts one after the other, files under their paths."""
    return "\n".join(
        f"-- {part.path}\n{end_statement(part)}" if part.path.endswith(".sql") else part.text
        for part in parts
    )


def wait_for_callers() -> SqlFile:
    """Return what lets calls under way end with the routines that they began with."""
    return SqlFile("callers", _WAIT)


_LOCKS = "".join(
    f"  lock table public.{name} in {mode} mode;\n" for name, mode in LOCKED_BY_CALLERS.items()
)
_WAIT = f"""\
-- Calls under way are to end with the routines that they began with; new ones wait for the commit.
select pg_catalog.set_config('lock_timeout', '{LOCK_TIMEOUT}', true);
-- In a block, for the Supabase CLI sends no `begin`: its transaction is the batch.
do $$
begin
{_LOCKS}end
$$;
"""
