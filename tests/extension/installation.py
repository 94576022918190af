"""A copy of a PostgreSQL installation that has more extensions than the machine's own.

Before 18 a server looks for extensions in one folder alone: beside its programs. Programs find that
folder from where they lie themselves, so that a copy needs nothing of the machine changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PROGRAMS_THAT_LOOK = ("postgres", "pg_ctl")


@dataclass(frozen=True)
class Installation:
    """Folders of a copy: its programs, and where they look for extensions."""

    programs: Path
    extensions: Path


def copy_installation(binaries: Path, extensions: Path, target: Path) -> Installation:
    """Copy the installation of `binaries` to `target`, adding the files of `extensions`.

    Only programs that look for the folder are copied; everything else is linked.
    """
    programs, libraries, shared = (
        _ask_pg_config(binaries, folder) for folder in ("--bindir", "--pkglibdir", "--sharedir")
    )
    common = os.path.commonpath((programs, libraries, shared))

    def mirrored(folder: Path) -> Path:
        return target / folder.relative_to(common)

    _link_all(programs, mirrored(programs), but=_PROGRAMS_THAT_LOOK)
    for program in _PROGRAMS_THAT_LOOK:
        shutil.copy2(programs / program, mirrored(programs))
    mirrored(libraries).parent.mkdir(parents=True, exist_ok=True)
    mirrored(libraries).symlink_to(libraries)
    _link_all(shared, mirrored(shared), but=("extension",))
    _link_all(shared / "extension", mirrored(shared) / "extension")
    for file in extensions.iterdir():
        shutil.copy2(file, mirrored(shared) / "extension")
    let_everybody_read(target)
    return Installation(mirrored(programs), mirrored(shared) / "extension")


def let_everybody_read(folder: Path) -> None:
    """Let a server of another account use what a strict umask would keep to ours."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


def _ask_pg_config(binaries: Path, folder: str) -> Path:
    answer = subprocess.run(
        [binaries / "pg_config", folder], check=True, capture_output=True, text=True
    )
    return Path(answer.stdout.strip())


def _link_all(folder: Path, target: Path, but: tuple[str, ...] = ()) -> None:
    target.mkdir(parents=True)
    for entry in folder.iterdir():
        if entry.name not in but:
            (target / entry.name).symlink_to(entry)
