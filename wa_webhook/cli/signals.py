"""Ending in order, whoever asks for it."""

import signal
import sys
from types import FrameType


def exit_on_termination() -> None:
    """Make SIGTERM and SIGHUP end the program like Ctrl-C: with everything closed behind it."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit)


def _exit(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
