"""What takes wa-webhook out of a database again: what it made, and nothing else."""

from wa_webhook.export.removal.removal import Removal, plan_removal

__all__ = ["Removal", "plan_removal"]
