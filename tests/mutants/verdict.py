"""What becomes of a fault."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """`unsound`: the test that failed fails without the fault as well."""

    NOTICED = "noticed"
    SURVIVED = "survived"
    UNSOUND = "unsound"


class Trial(NamedTuple):
    """`by` names the test that failed, or says what else happened."""

    verdict: Verdict
    by: str
    seconds: float
