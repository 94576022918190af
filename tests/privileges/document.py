"""`python -m tests.privileges.document` writes docs/reference/privileges.md from the catalog."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from typing import TYPE_CHECKING

import psycopg

from tests.docs.code_blocks import PROJECT
from tests.fixtures import clusters
from tests.fixtures.names import with_current_names
from tests.privileges.rights import OUR_ROLES, Right, Rights, read_rights
from wa_webhook.dev.server_programs import embedded_binaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DOCUMENT = PROJECT / "docs" / "reference" / "privileges.md"
ROLES = (
    *OUR_ROLES,
    "service_role",
    "anon",
    "authenticated",
    "authenticator",
    "everyone",
)
# As psql shows them, in its order.
LETTERS = {
    "OWNER": "owner",
    "INSERT": "a",
    "SELECT": "r",
    "UPDATE": "w",
    "DELETE": "d",
    "TRUNCATE": "D",
    "REFERENCES": "x",
    "TRIGGER": "t",
    "MAINTAIN": "m",
    "EXECUTE": "X",
    "USAGE": "U",
    "CREATE": "C",
    "CONNECT": "c",
    "TEMPORARY": "T",
    "SET": "s",
    "ALTER SYSTEM": "A",
}
ALL_OF_A_TABLE = {"a", "r", "w", "d", "D", "x", "t"}
MARKER = "<!-- the rest is written by make schema -->\n"
_SECTIONS = (
    ("Tables of `public`", "table", [("table", "public")]),
    ("Routines of `public`", "routine", [("routine", "public")]),
    ("Tables of `wa`", "table", [("table", "wa")]),
    ("Routines of `wa`", "routine", [("routine", "wa")]),
)


def write_document(text: str, rights: Rights, with_direct_access: Rights) -> str:
    """Return the document `text` with tables for a database without and with direct access."""
    rest = set(rights.rights)
    parts = [f"## Roles\n\n{_role_table(rights)}"]
    for title, heading, places in _SECTIONS:
        shown = {one for one in rest if (one.kind, one.schema) in places}
        rest -= shown
        parts.append(f"## {title}\n\n{_table(shown, heading)}")
    defaults = {one for one in rest if one.kind == "default"}
    parts += [
        f"## Everything else\n\n{_table(rest - defaults, 'object')}",
        f"## Objects to come\n\n{_table(defaults, 'created')}",
        "## With direct access\n\n"
        + _table(with_direct_access.rights - rights.rights, "object and what is added"),
    ]
    return text.partition(MARKER)[0] + MARKER + "\n" + "\n".join(parts)


def _role_table(rights: Rights) -> str:
    rows = sorted(rights.roles, key=lambda role: _place(role.name))
    return _markdown(
        ["role", "member of", "power of its own"],
        (
            [
                f"`{role.name}`",
                ", ".join(role.member_of) or "nothing",
                ", ".join(role.powers) or "none",
            ]
            for role in rows
        ),
    )


def _table(found: Iterable[Right], heading: str) -> str:
    """Write a row for each set of objects on which every role holds the same."""
    by_object: dict[tuple[str, str, str, str], list[Right]] = defaultdict(list)
    for right in found:
        by_object[right.kind, right.schema, right.runs_as, right.name].append(right)
    grouped: dict[tuple[tuple[str, str, str], frozenset[tuple[str, str]]], list[str]] = defaultdict(
        list
    )
    for (kind, schema, runs_as, name), rights in sorted(by_object.items()):
        grouped[(kind, schema, runs_as), frozenset(_cells(rights).items())].append(name)
    roles = sorted({role for _, cells in grouped for role, _ in cells}, key=_place)
    has_routines = heading == "routine"
    return _markdown(
        [heading, *(["runs as"] if has_routines else []), *(f"`{role}`" for role in roles)],
        (
            [
                _name_objects(place, names, cells, heading),
                *([place[2]] if has_routines else []),
                *(dict(cells).get(role, "") for role in roles),
            ]
            for (place, cells), names in grouped.items()
        ),
    )


def _name_objects(
    place: tuple[str, str, str], names: list[str], cells: frozenset[tuple[str, str]], heading: str
) -> str:
    kind, schema, runs_as = place
    if kind == "database":
        return "the database"
    if kind == "default":
        return f"{', '.join(names)} in {f'`{schema}`' if schema else 'every schema'}"
    if (schema, runs_as, set(cells)) == ("wa", "its caller", {("wa_runtime", "X")}):
        return "every other"
    if heading == kind:
        return ", ".join(f"`{name}`" for name in names)
    qualifier = f"{schema}." if schema and kind != "schema" else ""
    return f"{kind} {', '.join(f'`{qualifier}{name}`' for name in names)}"


def _cells(rights: Iterable[Right]) -> Mapping[str, str]:
    """Return the letters of each role."""
    held: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    kinds = set()
    for right in rights:
        kinds.add(right.kind)
        letter = LETTERS[right.privilege] + ("*" if right.is_grantable else "")
        if right.role:
            held[right.role][letter].append(right.column_name)
    return {role: _letters(letters, kinds) for role, letters in held.items()}


def _letters(held: Mapping[str, list[str]], kinds: set[str]) -> str:
    whole = {letter for letter, columns in held.items() if "" in columns}
    if whole >= ALL_OF_A_TABLE or (kinds <= {"sequence"} and whole == {"r", "w", "U"}):
        return "all"
    order = [letter + mark for letter in LETTERS.values() for mark in ("", "*")]
    of_columns = [
        f"{letter}({', '.join(sorted(columns))})"
        for letter in order
        if (columns := [name for name in held.get(letter, []) if name])
    ]
    return " ".join(filter(None, ["".join(one for one in order if one in whole), *of_columns]))


def _place(role: str) -> tuple[int, str]:
    return (ROLES.index(role) if role in ROLES else len(ROLES), role)


def _markdown(headings: list[str], rows: Iterable[list[str]]) -> str:
    def lines() -> Iterator[str]:
        for row in (headings, ["---"] * len(headings), *rows):
            yield f"| {' | '.join(row)} |\n"

    return "".join(lines())


def run_script(name: str, url: str) -> None:
    """Run a script of db/roles as a person does."""
    psql = embedded_binaries() / "psql"
    script = (PROJECT / "db" / "roles" / name).read_text()
    subprocess.run(
        [psql, "--no-psqlrc", url, "--file", "-"],
        input=with_current_names(script),
        check=True,
        capture_output=True,
        text=True,
    )


if __name__ == "__main__":
    with clusters.cluster_from_seed(embedded_binaries()) as server:
        url = server.url(database=clusters.TEMPLATE)
        with psycopg.connect(url, autocommit=True) as connection:
            before = read_rights(connection)
            run_script("give_direct_access.sql", url)
            written = write_document(DOCUMENT.read_text(), before, read_rights(connection))
            DOCUMENT.write_text(written)
