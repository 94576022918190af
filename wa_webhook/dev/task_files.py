"""A team's functions are loaded again while they are being written."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic_settings import SettingsConfigDict

from wa_webhook.dev.watched_files import WatchedFiles
from wa_webhook.worker.process import http_functions_of
from wa_webhook.worker.registry import (
    ENTRY_POINTS,
    RegistryError,
    forget_functions,
    load_functions,
)
from wa_webhook.worker.settings import TaskSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wa_webhook.dev.local_worker import LocalWorker
    from wa_webhook.worker.registry import TaskFunction

_OURS = frozenset({"handler", "wa_webhook", "__main__"})
"""Modules that stay, also where the project is this one."""


class LocalTaskSettings(TaskSettings):
    """The same, but nothing that production does: its services are not for what is tried here."""

    model_config = SettingsConfigDict(env_file=".env.local")


class TaskFiles:
    """The Python files of a project, as they were when last looked at, and what they register.

    Looked at before they are imported, so that no change is missed. `functions` is what does the
    tasks: none where the settings name neither modules nor services, and no package that is
    installed has any. Raises RegistryError.
    """

    def __init__(self, settings: TaskSettings, folder: Path) -> None:
        self.settings = settings
        self._folder = folder.absolute()
        self._files = WatchedFiles(lambda: _python_files(self._folder))
        # It goes by a file's size and second, which is too little while one writes.
        sys.dont_write_bytecode = True
        # As for `wa-webhook work`: a team's module lies where the command is run.
        sys.path.insert(0, str(self._folder))
        self.functions = self._load()

    async def follow(self, worker: LocalWorker, tell: Callable[[str], None]) -> None:
        """Let the worker do them, anew whenever a file changes, until cancelled.

        Where the files cannot be imported what was loaded before goes on, and `tell` gets why.
        """
        while True:
            async with worker.doing(self.functions):
                self.functions = await self._wait_for_others(tell)
            tell("tasks loaded")

    async def _wait_for_others(self, tell: Callable[[str], None]) -> list[TaskFunction]:
        while True:
            await self._files.wait_for_change()
            try:
                return self._load()
            except RegistryError as error:
                tell(f"tasks not loaded: {error}")

    def _load(self) -> list[TaskFunction]:
        """Import the team's modules as if for the first time, and return all functions."""
        services = http_functions_of(self.settings)
        if not self.settings.modules and not services and not entry_points(group=ENTRY_POINTS):
            return []
        files = set(map(str, self._files.times))
        old = {
            name
            for name, module in sys.modules.items()
            if getattr(module, "__file__", None) in files and name.partition(".")[0] not in _OURS
        }
        forget_functions(old)
        for name in old:
            del sys.modules[name]
        importlib.invalidate_caches()
        return load_functions(self.settings.modules, self.settings.kinds, services)


def _python_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a project, without those of its environments and of what is hidden."""
    for name, folders, files in os.walk(folder):
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        folders[:] = [one for one in folders if not one.startswith((".", "__"))]
        yield from (Path(name, file) for file in files if file.endswith(".py"))
