"""A phone in the browser: people who talk to the bot over the stand-in for Meta."""

from wa_webhook.phone.app import phone_app
from wa_webhook.phone.phone import Phone

__all__ = ["Phone", "phone_app"]
