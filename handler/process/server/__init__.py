"""An ASGI server for an address that anybody can reach: uvicorn, with limits on its clients."""

from handler.process.server.limits import Limits, Refusal
from handler.process.server.server import Server
from handler.process.server.unverified import EXTENSION, UnverifiedBody

__all__ = ["EXTENSION", "Limits", "Refusal", "Server", "UnverifiedBody"]
