"""Which versions of the extension are out, and what each is made of.

`db/versions/<name>.txt` is the manifest of one that is out: what a database of that version holds,
and so where an update from it begins.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wa_webhook.migrate import SourceError
from wa_webhook.migrate.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wa_webhook.migrate.manifest import Manifest
    from wa_webhook.migrate.source import Source

FOLDER = "versions"

_HEAD = "# What a database of version {name} holds. Written by `wa-webhook extension --record`.\n"


def read_versions(folder: Path, source: Source, current: str) -> Mapping[str, Manifest]:
    """Return the manifests of versions that are out, without `current`, in their order.

    `folder` is db/. Raises SourceError when `current` is out and there is more by now.
    """
    versions = {
        path.stem: read_manifest(path.read_text(encoding="utf-8"))
        for path in sorted((folder / FOLDER).glob("*.txt"), key=_number)
    }
    recorded = versions.pop(current, None)
    if recorded is not None and recorded != source.manifest():
        raise SourceError(
            f"version {current} is out and these files are not what it is made of:"
            " raise the version in pyproject.toml"
        )
    return versions


def record_version(folder: Path, source: Source, name: str) -> Path:
    """Write that `name` is out and made of `source`; return the file."""
    path = folder / FOLDER / f"{name}.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text(_HEAD.format(name=name) + source.manifest().as_text(), encoding="utf-8")
    return path


def _number(path: Path) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", path.stem)]
