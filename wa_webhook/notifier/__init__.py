"""Sends what the database says: claims due notifications, posts them to Meta, reports the answers.

Every decision (what is due, what an error means, when to try again) is SQL's.
"""

from wa_webhook.notifier.graph_client import GraphClient
from wa_webhook.notifier.notification_queue import NotificationQueue
from wa_webhook.notifier.worker import Notifier

__all__ = ["GraphClient", "NotificationQueue", "Notifier"]
