"""The names that a statement of PL/pgSQL may mean a variable by, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORD = 2249
"""The OID of the type `record`, whose columns are those of what was put into it last."""


class UndecidableError(Exception):
    """What is meant is known only once it runs."""


@dataclass(frozen=True)
class Variable:
    """A variable's type, as OID: None where it is not known.

    `is_row`: whether the type has columns. `shape`: the types of a record's columns by their names,
    where it is known what is in it.
    """

    type: int | None
    is_row: bool = False
    shape: Mapping[str, int] | None = None


UNKNOWN = Variable(None)


@dataclass(frozen=True)
class Scope:
    """Variables by name, and the labels that can stand before one."""

    variables: dict[str, Variable]
    labels: frozenset[str]

    def declare(self, name: str, variable: Variable) -> None:
        """Add a variable; one that is two things in two places is not known."""
        known = self.variables.get(name, variable)
        self.variables[name] = variable if known == variable else UNKNOWN

    def fill(self, name: str, shape: Mapping[str, int] | None) -> None:
        """Say what is in a record from here on; other variables keep their types."""
        if self.variables[name].type == RECORD:
            self.variables[name] = Variable(RECORD, shape=shape)
