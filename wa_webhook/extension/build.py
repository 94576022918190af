"""The files of the extension: for a server's own folder, and for pg_tle.

PostgreSQL finds `<name>.control` and takes the versions and updates from the scripts' names, which
is why nothing else lies in that folder. database.dev takes the same files.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wa_webhook.extension.script import Scripts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wa_webhook.migrate.manifest import Manifest
    from wa_webhook.migrate.source import Source

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


def write_extension(
    db: Path, source: Source, current: str, earlier: Mapping[str, Manifest], target: Path
) -> Built:
    """Write the files of version `current`, which `source` makes, in place of what is in `target`.

    `earlier`: what the versions hold that it can be updated from. Raises HistoryError.
    """
    built = Built(target / "extension", target / "pg_tle")
    for folder in (built.extension, built.pg_tle):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    control = _CONTROL.format(comment=COMMENT, version=current, requires=", ".join(REQUIRES))
    _write(built.extension / f"{NAME}.control", control)
    scripts = Scripts(db, source)
    script = scripts.install()
    head = _NOT_FOR_PSQL.format(statement=f"create extension {NAME}")
    _write(built.extension / f"{NAME}--{current}.sql", head + script)
    _write(built.pg_tle / f"install_{current}.sql", _install_in_pg_tle(current, script))
    head = _NOT_FOR_PSQL.format(statement=f"alter extension {NAME} update")
    for version, manifest in earlier.items():
        script = scripts.update(manifest)
        _write(built.extension / f"{NAME}--{version}--{current}.sql", head + script)
        path = built.pg_tle / f"update_{version}_{current}.sql"
        _write(path, _update_in_pg_tle(version, current, script))
    return built


def _install_in_pg_tle(version: str, script: str) -> str:
    requires = ", ".join(f"'{one}'" for one in REQUIRES)
    return (
        f"select pgtle.install_extension('{NAME}', '{version}', '{COMMENT}',"
        f" {_quoted(script)}, array[{requires}]);\n"
    )


def _update_in_pg_tle(earlier: str, later: str, script: str) -> str:
    return (
        f"select pgtle.install_update_path('{NAME}', '{earlier}', '{later}',"
        f" {_quoted(script)});\n"
        f"select pgtle.set_default_version('{NAME}', '{later}');\n"
    )


def _quoted(script: str) -> str:
    assert _TLE_QUOTE not in script  # noqa: S101
    return f"{_TLE_QUOTE}\n{script}{_TLE_QUOTE}"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")
