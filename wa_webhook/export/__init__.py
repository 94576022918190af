"""The database as migrations of a team's own repository."""

from wa_webhook.export.export import Export, plan_export
from wa_webhook.export.written import ExportError

__all__ = ["Export", "ExportError", "plan_export"]
