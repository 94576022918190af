"""The names that an operator may choose: of the two schemas and of the roles.

The files under db/ are plain SQL with the default names; `rewriting` beside this puts others in.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass

DEFAULT_SCHEMA = "public"
DEFAULT_PRIVATE_SCHEMA = "wa"
DEFAULT_ROLES = {
    "edge_role": "wa_edge_role",
    "notifier_role": "wa_notifier_role",
    "worker_role": "wa_worker_role",
    "reader_role": "wa_reader_role",
    "agent_role": "wa_agent_role",
    "operator_role": "wa_operator_role",
    "runtime_role": "wa_runtime",
    "basket_owner_role": "wa_basket_owner",
    "maintenance_role": "wa_maintenance",
    "privacy_role": "wa_privacy",
}
"""By their options."""

_LONGEST_CHANNEL = "wa_notifications"
_MOST_CHARACTERS = 63
_PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_TAKEN_SCHEMAS = frozenset({"auth", "extensions", "information_schema", "supabase_migrations"})
_TAKEN_ROLES = frozenset(
    {
        *("public", "none", "current_role", "current_user", "session_user", "user"),
        *("postgres", "supabase_admin", "authenticator", "anon", "authenticated", "service_role"),
    }
)


class NamesError(ValueError):
    """Names that cannot be used; one line for each problem."""


def derive_private_schema(schema: str) -> str:
    """Return the usual private schema for a schema of the contract."""
    return DEFAULT_PRIVATE_SCHEMA if schema == DEFAULT_SCHEMA else f"{schema}_private"


def channel_of(schema: str, channel: str) -> str:
    """Return what a channel of NOTIFY is called where `schema` is the contract's.

    Channels belong to a whole database, in which each schema has its own.
    """
    if schema == DEFAULT_SCHEMA:
        return channel
    return f"{schema}_{channel.removeprefix('wa_')}"


def variable_of(option: str) -> str:
    """Return the environment variable that stands for an option: WA_EDGE_ROLE for `edge_role`."""
    return f"WA_{'' if option.endswith('_role') else 'DATABASE_'}{option}".upper()


@dataclass(frozen=True)
class Names:
    """All names; a field is called as its option, `edge_role` for `--edge-role`.

    An empty `private_schema` is derived from `schema`, an empty role is the default one, or in a
    database's single schema of a business (both schemas the same) the business's own. Raises
    NamesError for names that would need quotes, that PostgreSQL or Supabase keeps for itself, or
    that are used twice.
    """

    schema: str = DEFAULT_SCHEMA
    private_schema: str = ""
    edge_role: str = ""
    notifier_role: str = ""
    worker_role: str = ""
    reader_role: str = ""
    agent_role: str = ""
    operator_role: str = ""
    runtime_role: str = ""
    basket_owner_role: str = ""
    maintenance_role: str = ""
    privacy_role: str = ""

    def __post_init__(self) -> None:
        if not self.private_schema:
            object.__setattr__(self, "private_schema", derive_private_schema(self.schema))
        for option, role in DEFAULT_ROLES.items():
            if not getattr(self, option):
                own = f"{self.schema}_{role.removeprefix('wa_')}" if self.is_one_schema else role
                object.__setattr__(self, option, own)
        if problems := [*self._problems_of_each(), *self._problems_of_all()]:
            raise NamesError("\n".join(problems))

    @property
    def are_default(self) -> bool:
        """Whether the files can be used as they are."""
        return self == Names()

    @property
    def is_one_schema(self) -> bool:
        """Whether contract and everything else share a schema, which is then a business's."""
        return self.schema == self.private_schema

    @property
    def schemas(self) -> dict[str, str]:
        """The chosen schema by its name in the files."""
        return {DEFAULT_SCHEMA: self.schema, DEFAULT_PRIVATE_SCHEMA: self.private_schema}

    @property
    def roles(self) -> dict[str, str]:
        """The chosen role by its name in the files."""
        return {role: getattr(self, option) for option, role in DEFAULT_ROLES.items()}

    def as_options(self) -> dict[str, str]:
        """Return each name by its field."""
        return asdict(self)

    def _problems_of_each(self) -> list[str]:
        problems = []
        for option, name in self.as_options().items():
            said = f"--{option.replace('_', '-')} {name!r}"
            if not _PLAIN.fullmatch(name):
                problems.append(
                    f"{said}: lower-case letters, digits and underscores only, 63 at most, and no"
                    " digit first: the name has to work without quotes"
                )
            elif name.startswith("pg_"):
                problems.append(f"{said}: names that begin with pg_ are PostgreSQL's own")
            elif name in (_TAKEN_ROLES if option.endswith("_role") else _TAKEN_SCHEMAS):
                problems.append(f"{said}: is taken by PostgreSQL or Supabase")
        return problems

    def _problems_of_all(self) -> list[str]:
        problems = []
        if self.schema == DEFAULT_PRIVATE_SCHEMA:
            problems.append("--schema 'wa': is the private schema's name in the files")
        if self.private_schema == DEFAULT_SCHEMA:
            problems.append("--private-schema 'public': must be a schema of its own")
        if len(channel_of(self.schema, _LONGEST_CHANNEL)) > _MOST_CHARACTERS:
            problems.append(f"--schema {self.schema!r}: too long, channels are called after it")
        problems += [
            f"{name!r} is given to {count} roles"
            for name, count in Counter(self.roles.values()).items()
            if count > 1
        ]
        problems += [
            f"{mine!r} is the default name of another role than the one it is given to"
            for default, mine in self.roles.items()
            if mine != default and mine in self.roles
        ]
        return problems
