"""How long to wait before asking again for something that was not there."""

from __future__ import annotations

import random

_FIRST_SECONDS = 0.1
_LONGEST_SECONDS = 5.0


class Backoff:
    """Pauses that double from a tenth of a second, with jitter so that workers spread."""

    def __init__(self, longest_seconds: float = _LONGEST_SECONDS) -> None:
        self._longest = longest_seconds
        self._ceiling = _FIRST_SECONDS

    def next_pause(self) -> float:
        """Return the seconds to wait after one more failure."""
        pause = random.uniform(self._ceiling / 2, self._ceiling)  # noqa: S311
        self._ceiling = min(2 * self._ceiling, self._longest)
        return pause

    def reset(self) -> None:
        """Start again after a success."""
        self._ceiling = _FIRST_SECONDS
