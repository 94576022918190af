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
from wa_webhook.migrate.takeover import is_of_before
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from wa_webhook.migrate.source import Source
    from wa_webhook.naming.names import Names

__all__ = ["Export", "ExportError", "plan_export"]


@dataclass(frozen=True)
class Export:
    """What an export would hold; it is false where there is nothing to export.

    `newest` is the newest export that there is, and `file_name` that of the one to be.
    """

    plan: Plan
    names: Names
    earlier: Manifest
    newest: Path | None
    file_name: str

    def __bool__(self) -> bool:
        """Whether there is anything to export."""
        return bool(self.plan)

    def text(self) -> str:
        """Return the migration."""
        version = self.file_name.partition("_")[0]
        parts = [guard(self.earlier, version, self.plan.pending)]
        if self.plan.applied:
            parts.append(wait_for_callers())
        parts += compose(self.plan, self.names)
        return with_head(Rewriter(self.names).rewrite(as_text(parts)), self.plan, self.names)


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
    return Export(plan, names, earlier, exports[-1] if exports else None, _name(folder, now))


def _name(folder: Path | None, now: datetime) -> str:
    files = folder.glob("*.sql") if folder is not None and folder.exists() else ()
    taken = [int(digits) for file in files if (digits := file.name.partition("_")[0]).isdigit()]
    version = max(int(now.strftime("%Y%m%d%H%M%S")), max(taken, default=0) + 1)
    return f"{version:014}{ENDING}"
