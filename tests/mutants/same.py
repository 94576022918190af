"""Faults that are none: whoever looks closely finds that nothing can behave otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SAME: Mapping[tuple[str, str, str], str] = {}
"""By path and the changed lines before and after (`Mutation.is_as`): why it is the same."""
