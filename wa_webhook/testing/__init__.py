"""What a team tests its flows with: a migrated database for each test, and people who talk.

A pytest plugin, found by pytest itself once the package is installed with its extra `testing`.
"""

from wa_webhook.testing.chat import Chat, Colleague, Heard, Person

__all__ = ["Chat", "Colleague", "Heard", "Person"]
