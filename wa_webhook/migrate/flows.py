"""The folders of flows: ours below db/flows, and a team's own.

A flow's folder has its declaration, flow.sql; steps/, the functions of its states; functions/, what
reaches its tables; migrations/, which make them; and tests/, which are no business of a database's.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pglast import ast

from wa_webhook.migrate.errors import SourceError
from wa_webhook.migrate.files import Migration, SqlFile, component_of, read_text
from wa_webhook.migrate.migrations import read_migrations
from wa_webhook.migrate.statements import parse_statements

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

DECLARATION = "flow.sql"
HOME = "home"

INSTALLED_ALWAYS = frozenset({HOME, "baskets"})
"""Of the flows that ship, those that a database has unless it is to be without them."""

_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_NO_ROUTINES = {"migrations", "tests"}
_TABLE = re.compile(r"^create (?:unlogged )?table (?:if not exists )?wa\.(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Flow:
    """A flow's files; paths as if its folder lay below db/flows.

    `prefix` is what the names of its states, texts and tables begin with.
    """

    name: str
    prefix: str
    declaration: SqlFile
    routines: tuple[SqlFile, ...]
    migrations: tuple[Migration, ...]

    def without_steps(self) -> tuple[SqlFile, ...]:
        """Return the routines that stay without the conversation: what reaches the tables."""
        steps = f"flows/{self.name}/steps/"
        return tuple(file for file in self.routines if not file.path.startswith(steps))


def find_flows(shipped: Path, own: Path | None, asked_for: Collection[str] = ()) -> dict[str, Path]:
    """Return the folders of flows by their names: those of db/flows, and those in a team's folder.

    A team's is taken for one that ships under its name, where that is installed only when asked
    for and is not in `asked_for`. Raises SourceError for a folder that is not there, and for two
    flows of one name.
    """
    if own is not None and not own.is_dir():
        raise SourceError(f"{own}: there is no such folder of flows")
    folders = {folder.name: folder for folder in _folders(shipped)}
    for folder in _folders(own):
        if folder.name in folders and folder.name in (*INSTALLED_ALWAYS, *asked_for):
            raise SourceError(
                f"{folder}: there is a flow {folder.name} already, in {folders[folder.name]}"
            )
        folders[folder.name] = folder
    # The names that home declares are everybody's.
    return dict(sorted(folders.items(), key=lambda item: (item[0] != HOME, item[0])))


def ships(db: Path, name: str) -> bool:
    """Whether this flow ships; `db` is the folder db/."""
    return (db / "flows" / name / DECLARATION).is_file()


def _folders(parent: Path | None) -> list[Path]:
    if parent is None or not parent.is_dir():
        return []
    # Others are a tool's own, such as __pycache__.
    return sorted(one for one in parent.iterdir() if one.is_dir() and one.name[0] not in "._")


def read_flow(folder: Path) -> Flow:
    """Read one flow. Raises SourceError for what is not where it belongs, or cannot be read."""
    prefix = f"flows/{folder.name}"
    path = folder / DECLARATION
    if not path.is_file():
        raise SourceError(f"{folder}: a flow's folder has a declaration, {DECLARATION}")
    declaration = SqlFile(f"{prefix}/{DECLARATION}", read_text(path))
    declared = read_declaration(declaration, folder.name)
    routines = [
        SqlFile(f"{prefix}/{one.relative_to(folder).as_posix()}", read_text(one))
        for one in sorted(folder.rglob("*.sql"))
        if one != path and one.relative_to(folder).parts[0] not in _NO_ROUTINES
    ]
    return Flow(
        folder.name,
        str(declared.get("prefix", folder.name)),
        declaration,
        tuple(routines),
        tuple(read_migrations(folder / "migrations", f"{prefix}/migrations")),
    )


def find_table_of_ours(prefix: str, migrations: Iterable[Migration]) -> str | None:
    """Return a table that these migrations make and that names with `prefix` would lay claim to.

    A flow has the tables that begin with its prefix: removing it can drop them.
    """
    tables = {table for one in migrations for table in _TABLE.findall(one.text)}
    claimed = (one for one in tables if one == prefix or one.startswith(f"{prefix}_"))
    return min(claimed, default=None)


def read_declaration(file: SqlFile, name: str) -> dict[str, Any]:
    """Return what `file` declares: it is to be one call of wa.declare_flow for the flow `name`.

    Raises SourceError where it is not. Of the JSON only what PostgreSQL does not see is judged:
    names that stand twice.
    """
    literals = _literals_of_call(file)
    if literals is None or len(literals) != 2:
        raise SourceError(
            f"{file.path}: is to be one statement, call wa.declare_flow('{name}', $${{…}}$$)"
        )
    declared, text = literals
    if declared != name:
        raise SourceError(f"{file.path}: declares the flow {declared}, and its folder is {name}")
    try:
        declaration = json.loads(text, object_pairs_hook=_refuse_twice)
    except json.JSONDecodeError as error:
        line = file.text.count("\n", 0, file.text.find(text)) + error.lineno
        raise SourceError(f"{file.path}, line {line}: no JSON: {error.msg}") from None
    except _StandsTwiceError as error:
        raise SourceError(f"{file.path}: {error} stands twice in one object") from None
    return declaration if isinstance(declaration, dict) else {}


def judge_languages(languages: Iterable[str]) -> list[str]:
    """Return what is wrong with each that wa.locales cannot have, as a sentence."""
    odd = (one for one in languages if _LANGUAGE.fullmatch(one) is None)
    return [f"{one!r} is no language such as en or pt-BR" for one in odd]


def list_states(declaration: SqlFile) -> list[str]:
    """Return the states that a declaration declares, by their whole names."""
    flow = component_of(declaration.path)
    declared = read_declaration(declaration, flow)
    prefix = "" if flow == HOME else f"{declared.get('prefix', flow)}_"
    return [f"{prefix}{state}" for state in declared.get("states", {})]


class _StandsTwiceError(Exception):
    pass


def _refuse_twice(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members:
        if name in found:
            raise _StandsTwiceError(f'"{name}"')
        found[name] = value
    return found


def _literals_of_call(file: SqlFile) -> list[str] | None:
    """Return the literals that the file's one statement calls wa.declare_flow with."""
    statements = parse_statements(file)
    if len(statements) != 1 or not isinstance(statements[0], ast.CallStmt):
        return None
    call: Any = statements[0].funccall
    if tuple(part.sval for part in call.funcname) != ("wa", "declare_flow"):
        return None
    return [
        str(argument.val.sval)
        for argument in _without_casts(call.args or ())
        if isinstance(argument, ast.A_Const) and isinstance(argument.val, ast.String)
    ]


def _without_casts(arguments: Iterable[Any]) -> Iterable[Any]:
    for argument in arguments:
        yield argument.arg if isinstance(argument, ast.TypeCast) else argument
