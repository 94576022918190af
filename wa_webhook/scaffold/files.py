"""Files made of templates: all of them are written, or none."""

from __future__ import annotations

import shutil
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

_SUFFIX = ".template"
_HIDDEN = "dot_"


class ScaffoldError(Exception):
    """What was asked for cannot be written, and nothing was; the message says why."""


class _Template(Template):
    # SQL quotes with dollars.
    delimiter = "@"


def fill_in(template: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return the files of a template by their paths, with `@name` replaced in both.

    A name that begins with `dot_` is a hidden file's, which in our tree would count for our tree.
    """
    folder = files("wa_webhook.scaffold") / "templates" / template
    return {
        _Template(path).substitute(values): _Template(text).substitute(values)
        for path, text in _read(folder, "")
    }


def _read(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        name = entry.name.removesuffix(_SUFFIX)
        if entry.is_dir():
            yield from _read(entry, f"{prefix}{name}/")
        elif entry.name.endswith(_SUFFIX):
            if name.startswith(_HIDDEN):
                name = f".{name.removeprefix(_HIDDEN)}"
            yield f"{prefix}{name}", entry.read_text(encoding="utf-8")


def write_files(folder: Path, contents: Mapping[str, str]) -> list[Path]:
    """Write files into a folder, made if need be, and return their paths.

    Raises ScaffoldError for a folder that holds anything, but for what is hidden and not to be
    written, such as .git; and where it cannot be written: what was begun is removed then.
    """
    was_there = folder.is_dir()
    first = {path.split("/")[0] for path in contents}
    try:
        if was_there and any(one.name[0] != "." or one.name in first for one in folder.iterdir()):
            raise ScaffoldError(f"{folder} is not empty, and what is there stays as it is")
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(error, folder) from None
    try:
        for path, text in contents.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        for begun in (folder / name for name in first):
            shutil.rmtree(begun) if begun.is_dir() else begun.unlink(missing_ok=True)
        if not was_there:
            folder.rmdir()
        raise _refused(error, folder) from None
    return [folder / path for path in contents]


def _refused(error: OSError, folder: Path) -> ScaffoldError:
    return ScaffoldError(f"{error.filename or folder}: {error.strerror}")
