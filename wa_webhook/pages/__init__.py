"""What our pages in a browser share: how they are served, kept safe and live, and their bubbles."""

from wa_webhook.pages.app import page_app, read_json
from wa_webhook.pages.feed import Feed
from wa_webhook.pages.files import file_response
from wa_webhook.pages.message import Message, from_business, from_user

__all__ = [
    "Feed",
    "Message",
    "file_response",
    "from_business",
    "from_user",
    "page_app",
    "read_json",
]
