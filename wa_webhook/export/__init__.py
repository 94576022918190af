"""The database as migrations of a team's own repository."""

from wa_webhook.export.export import Adopting, Export, ExportError, plan_export
from wa_webhook.export.written import ENDING

__all__ = ["ENDING", "Adopting", "Export", "ExportError", "plan_export"]
