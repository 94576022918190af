"""The names that the environment chooses."""

from handler.process.environment import ProcessSettings
from wa_webhook.naming.names import DEFAULT_SCHEMA, Names


class NamesSettings(ProcessSettings):
    """The names that a database is migrated with, where they are not the default ones."""

    wa_database_schema: str = DEFAULT_SCHEMA
    wa_database_private_schema: str = ""
    wa_edge_role: str = Names.edge_role
    wa_notifier_role: str = Names.notifier_role
    wa_operator_role: str = Names.operator_role
    wa_runtime_role: str = Names.runtime_role
    wa_basket_owner_role: str = Names.basket_owner_role
    wa_maintenance_role: str = Names.maintenance_role
    wa_privacy_role: str = Names.privacy_role

    def names(self, **options: str | None) -> Names:
        """Return the names; `options` (fields of Names) win where they are given.

        Raises NamesError.
        """
        settings = {
            "schema": self.wa_database_schema,
            "private_schema": self.wa_database_private_schema,
            "edge_role": self.wa_edge_role,
            "notifier_role": self.wa_notifier_role,
            "operator_role": self.wa_operator_role,
            "runtime_role": self.wa_runtime_role,
            "basket_owner_role": self.wa_basket_owner_role,
            "maintenance_role": self.wa_maintenance_role,
            "privacy_role": self.wa_privacy_role,
        }
        return Names(**settings | {name: one for name, one in options.items() if one is not None})
