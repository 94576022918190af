"""Taking over tables of the contract that somebody else made: in place, or not at all."""

from handler.migrate.adoption.adoption import ASIDE_SCHEMA, Adoption
from handler.migrate.adoption.conflict import Conflict

__all__ = ["ASIDE_SCHEMA", "Adoption", "Conflict"]
