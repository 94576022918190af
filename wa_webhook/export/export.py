"""Writes what a team's repository lacks as one more migration of it.

What the repository has is read from the exports in it, which say at their end what a database holds
after them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wa_webhook.export.guard import guard
from wa_webhook.export.written import ENDING, ExportError, find_exports, read_exports, with_head
from wa_webhook.migrate import Manifest, Plan, make_plan
from wa_webhook.migrate.compose import as_text, compose, wait_for_callers
from wa_webhook.migrate.migrations import name_next
from wa_webhook.migrate.takeover import is_of_before
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from wa_webhook.migrate.source import Source
    from wa_webhook.naming.names import Names


@dataclass(frozen=True)
class Export:
    """What an export would hold; it is false where there is nothing to export.

    `newest` is the newest export that there is, and `file_name` that of the one to be. One that
    takes over the tables `adopted`, named without their schema, does what `script` says, with the
    chosen names, in place of its migrations.
    """

    plan: Plan
    names: Names
    earlier: Manifest
    newest: Path | None
    file_name: str
    adopted: Sequence[str] = ()
    script: str = ""

    def __bool__(self) -> bool:
        """Whether there is anything to export."""
        return bool(self.plan)

    def text(self) -> str:
        """Return the migration. Raises SourceError for a file that is no SQL."""
        version = self.file_name.partition("_")[0]
        pending, schema = self.plan.pending, self.names.schema
        parts = [guard(self.earlier, version, pending, self.adopted, schema)]
        if self.plan.applied:
            parts.append(wait_for_callers())
        parts += compose(self.plan, self.names, instead=self.script)
        rewriter = Rewriter(self.names)
        text = "\n".join(
            # What was executed has the chosen names.
            part.text if part.text == self.script else rewriter.rewrite(as_text([part]))
            for part in parts
        )
        return with_head(text, self.plan, self.names)


def plan_export(source: Source, names: Names, folder: Path | None, now: datetime) -> Export:
    """Compare `source` with the exports in `folder`; without one everything is exported.

    `now` (UTC) names the file, later than every other in the folder. Raises ExportError for exports
    that were edited, that have other names, or that a newer version wrote, and HistoryError.
    """
    exports = find_exports(folder) if folder is not None else []
    earlier = read_exports(exports, names)
    if is_of_before(earlier, source):
        raise ExportError(
            f"{exports[-1].name} was written by a version before 1.0.0, and no export leads on from"
            " it: docs/install/supabase.md says how the project gets there."
        )
    plan = make_plan(source, earlier)
    if plan.remote_only:
        raise ExportError(
            f"{exports[-1].name} holds migrations that this installation does not have"
            f" ({', '.join(plan.remote_only)}): a newer wa-webhook wrote it. Export with that one."
        )
    newest = exports[-1] if exports else None
    return Export(plan, names, earlier, newest, name_next(folder, now, ENDING))
