"""The names that the environment chooses."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pydantic import create_model

from handler.process.environment import ProcessSettings
from wa_webhook.naming.names import Names, variable_of


class _NamesSettings(ProcessSettings):
    """The names that a database is migrated with, where they are not the default ones."""

    def names(self, **options: str | None) -> Names:
        """Return the names; `options` (fields of Names) win where they are given.

        Raises NamesError.
        """
        chosen = {one.name: getattr(self, variable_of(one.name).lower()) for one in fields(Names)}
        return Names(**chosen | {name: one for name, one in options.items() if one is not None})


_VARIABLES: dict[str, Any] = {
    variable_of(one.name).lower(): (str, one.default) for one in fields(Names)
}

NamesSettings = create_model("NamesSettings", __base__=_NamesSettings, **_VARIABLES)
