"""What a difference between two clocks means."""

from datetime import timedelta

import pytest

from wa_webhook.doctor.database import judge_clock


@pytest.mark.parametrize(
    ("seconds", "outcome", "words"),
    [(0.2, "ok", "0.2 s ahead"), (-30, "warn", "30.0 s behind"), (3600, "warn", "3600.0 s ahead")],
)
def test_a_clock_that_is_off_is_a_warning(seconds: float, outcome: str, words: str) -> None:
    check = judge_clock("database", timedelta(seconds=seconds))
    assert (check.outcome, words in check.message) == (outcome, True)
