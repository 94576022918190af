"""What the process that reads and the one that asks it both know."""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEADER = struct.Struct("!IH")
"""Before a document: its bytes, and how many pages of it are to be read."""


class UnreadableError(Exception):
    """The document is none that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a part of one.

    `confidence` is from 0 to 1, `box` is left, top, width and height as fractions of the page.
    """

    text: str
    confidence: float
    box: tuple[float, float, float, float]
