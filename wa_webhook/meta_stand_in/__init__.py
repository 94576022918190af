"""A local stand-in for WhatsApp's Graph API, for development and tests.

It checks what it is sent by Meta's rules, on its own (nothing here reads the database's rules),
answers as Meta does, posts signed status webhooks back, and misbehaves on demand.
"""

from wa_webhook.meta_stand_in.app import GraphStandIn
from wa_webhook.meta_stand_in.behaviour import Behaviour
from wa_webhook.meta_stand_in.record import Accepted

__all__ = ["Accepted", "Behaviour", "GraphStandIn"]
