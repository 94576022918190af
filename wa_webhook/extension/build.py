"""The files of the extension: for a server's own folder, and for pg_tle.

PostgreSQL finds `<name>.control` and takes the versions and updates from the scripts' names, which
is why nothing else lies in that folder. database.dev takes the same files.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from wa_webhook.extension.script import Scripts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wa_webhook.extension.versions import Version

NAME = "wa_webhook"
COMMENT = "A WhatsApp webhook: every message once, conversations, and an outbox"
REQUIRES = ("cube",)

_CONTROL = """\
comment = '{comment}'
default_version = '{version}'
requires = '{requires}'
relocatable = false
superuser = false
encoding = 'UTF8'
"""
_NOT_FOR_PSQL = '\\echo Use "{statement}" to load this file. \\quit\n'
_TLE_QUOTE = "$_wa_webhook_script_$"


@dataclass(frozen=True)
class Built:
    """Folders that were written: for `extension_control_path` the parent of `extension`."""

    extension: Path
    pg_tle: Path


def write_extension(db: Path, versions: Sequence[Version], target: Path) -> Built:
    """Write the files of all versions, oldest first, below `target`, in place of earlier ones.

    Each version has a script of its own, so that a dump of it can be restored.
    """
    built = Built(target / "extension", target / "pg_tle")
    for folder in (built.extension, built.pg_tle):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    newest = versions[-1]
    control = _CONTROL.format(comment=COMMENT, version=newest.name, requires=", ".join(REQUIRES))
    _write(built.extension / f"{NAME}.control", control)
    scripts = Scripts(db)
    for version in versions:
        script = scripts.install(version)
        head = _NOT_FOR_PSQL.format(statement=f"create extension {NAME}")
        _write(built.extension / f"{NAME}--{version.name}.sql", head + script)
        if version is newest:
            _write(
                built.pg_tle / f"install_{version.name}.sql", _install_in_pg_tle(version, script)
            )
    for earlier, later in pairwise(versions):
        script = scripts.update(earlier, later)
        head = _NOT_FOR_PSQL.format(statement=f"alter extension {NAME} update")
        step = f"{earlier.name}--{later.name}"
        _write(built.extension / f"{NAME}--{step}.sql", head + script)
        path = built.pg_tle / f"update_{earlier.name}_{later.name}.sql"
        _write(path, _update_in_pg_tle(earlier, later, script))
    return built


def _install_in_pg_tle(version: Version, script: str) -> str:
    requires = ", ".join(f"'{one}'" for one in REQUIRES)
    return (
        f"select pgtle.install_extension('{NAME}', '{version.name}', '{COMMENT}',"
        f" {_quoted(script)}, array[{requires}]);\n"
    )


def _update_in_pg_tle(earlier: Version, later: Version, script: str) -> str:
    return (
        f"select pgtle.install_update_path('{NAME}', '{earlier.name}', '{later.name}',"
        f" {_quoted(script)});\n"
        f"select pgtle.set_default_version('{NAME}', '{later.name}');\n"
    )


def _quoted(script: str) -> str:
    assert _TLE_QUOTE not in script  # noqa: S101
    return f"{_TLE_QUOTE}\n{script}{_TLE_QUOTE}"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")
