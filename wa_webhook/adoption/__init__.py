"""Taking over tables of the contract that somebody else made: in place, or not at all."""

from wa_webhook.adoption.adoption import ASIDE_SCHEMA, Adoption, adopt
from wa_webhook.adoption.conflict import Conflict

__all__ = ["ASIDE_SCHEMA", "Adoption", "Conflict", "adopt"]
