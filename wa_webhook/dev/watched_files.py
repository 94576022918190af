"""Files that somebody writes while they are in use."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_INTERVAL_SECONDS = 0.3


class WatchedFiles:
    """What `find` finds, with when each was changed (ns), as of when it was last looked at."""

    def __init__(self, find: Callable[[], Iterable[Path]]) -> None:
        self._find = find
        self.times = self._look()

    async def wait_for_change(self) -> None:
        """Wait until a file is new, gone, or another than when last looked at."""
        while True:
            await asyncio.sleep(_INTERVAL_SECONDS)
            if (times := self._look()) != self.times:
                self.times = times
                return

    def _look(self) -> dict[Path, int]:
        times = {}
        for path in self._find():
            # An editor may take it away for a moment.
            with suppress(OSError):
                times[path] = path.stat().st_mtime_ns
        return times
