"""The shape of a finding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """`skip`: could not be looked at, and `mend` says what it takes."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. Holds no secret.

    `mend` says what to do when it is not ok, or what one may choose to do when it is.
    """

    name: str
    outcome: Outcome
    message: str
    mend: str = ""


def ok(name: str, message: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, Outcome.OK, message)


def warn(name: str, message: str, mend: str) -> Check:
    """Return a check that found something that works but should be otherwise."""
    return Check(name, Outcome.WARN, message, mend)


def fail(name: str, message: str, mend: str) -> Check:
    """Return a check that found something that does not work, or is not safe."""
    return Check(name, Outcome.FAIL, message, mend)


def skip(name: str, message: str, mend: str = "") -> Check:
    """Return a check that was not made."""
    return Check(name, Outcome.SKIP, message, mend)
