"""A local stand-in for WhatsApp's Graph API, for development and tests.

It checks what it is sent by Meta's rules, on its own (nothing here reads the database's rules),
answers as Meta does, posts signed status webhooks back, and misbehaves on demand.
"""

from handler.dev.graph.behaviour import Behaviour
from handler.dev.graph.record import Accepted
from handler.dev.graph.stand_in import GraphStandIn

__all__ = ["Accepted", "Behaviour", "GraphStandIn"]
