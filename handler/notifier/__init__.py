"""Sends what the database says: claims due notifications, posts them to Meta, reports the answers.

Every decision (what is due, what an error means, when to try again) is SQL's.
"""

from handler.notifier.graph_client import GraphClient
from handler.notifier.notification_queue import NotificationQueue
from handler.notifier.worker import Notifier

__all__ = ["GraphClient", "NotificationQueue", "Notifier"]
