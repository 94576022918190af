"""How the stand-in is told to misbehave."""

from __future__ import annotations

import random
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Answer = Literal["accept", "error", "html", "refuse", "accept_then_reset", "accept_then_html"]
Path = Literal[
    "messages",
    "media",
    "download",
    "phone_number",
    "debug_token",
    "subscriptions",
    "subscribed_apps",
    "message_templates",
    "register",
]
Verdict = Literal["APPROVED", "REJECTED", "PAUSED", "DISABLED"]
"""What Meta finds of a template."""

Statuses = Literal["in_order", "none", "duplicate", "reversed", "before_response", "failed"]


class Behaviour(BaseModel):
    """One rule: what happens to the next messages that it fits.

    answer: accept; error (a Graph error with `code`); html (a proxy's 502, nothing accepted);
    refuse (connection reset, nothing accepted); accept_then_reset; accept_then_html.
    statuses: which webhooks follow an accepted message; failed carries `code`.
    delay: seconds before the answer; what is accepted is accepted before them, so that a delay
    beyond the client's time-out is a message that was sent and looks as if it were not.
    times: how many messages it fits, None for all; probability: of fitting each one.
    recipient: only messages to this number or BSUID; path: the last part of the address, or
    "phone_number", or "download" of media.
    """

    model_config = ConfigDict(extra="forbid")

    answer: Answer = "accept"
    statuses: Statuses = "in_order"
    delay: float = Field(0.0, ge=0)
    code: int = 131000
    http_status: int | None = None
    details: str | None = None
    retry_after: int | str | None = None
    is_transient: bool | None = None
    times: int | None = Field(1, ge=1)
    probability: float = Field(1.0, gt=0, le=1)
    recipient: Annotated[str, AfterValidator(lambda said: said.removeprefix("+"))] | None = None
    path: Path = "messages"


class Behaviours:
    """The rules in force, first come first served; `otherwise` where none fits."""

    def __init__(self, seed: int = 0) -> None:
        self.otherwise = Behaviour()
        self._rules: list[Behaviour] = []
        self._random = random.Random(seed)  # noqa: S311

    def add(self, rule: Behaviour) -> None:
        """Put a rule behind those already in force."""
        self._rules.append(rule.model_copy())

    def clear(self) -> None:
        """Behave again."""
        self._rules.clear()

    def next_for(self, path: str, recipient: str | None) -> Behaviour:
        """Return the rule for one request, and use it up."""
        for rule in self._rules:
            if rule.path != path or rule.recipient not in (None, recipient):
                continue
            if self._random.random() >= rule.probability:
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times == 0:
                    self._rules.remove(rule)
            return rule
        return self.otherwise
