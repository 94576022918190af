"""Why nothing can be taken out."""

from __future__ import annotations

from wa_webhook.migrate import MigrateError


class RemovalError(MigrateError):
    """There is nothing to remove, or not by this installation."""
