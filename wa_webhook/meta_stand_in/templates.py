"""Message templates: asked for, reviewed, and sent only while they are approved."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from wa_webhook.meta_stand_in.errors import GraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wa_webhook.meta_stand_in.behaviour import Verdict

_CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
_REFUSED = {"PENDING": 132001, "REJECTED": 132001, "PAUSED": 132015, "DISABLED": 132016}
_FIRST_ID = 594_425_479_261_000
_EXISTS = 2388024


class Templates:
    """Those of every account, in `held`: `id`, `name`, `language`, `category`, `status`.

    A template that nobody asked for may be sent, and is known once it was reviewed.
    """

    def __init__(self) -> None:
        self.held: list[dict[str, Any]] = []

    def ask_for(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Take a new template for review, and return what Meta answers. Raises GraphError."""
        name, language = str(asked.get("name")), str(asked.get("language"))
        kinds = [one.get("type") for one in asked.get("components", ()) if isinstance(one, dict)]
        if not re.fullmatch("[a-z0-9_]{1,512}", name):
            raise GraphError(100, "name: lower case letters, digits and underscores")
        if asked.get("category") not in _CATEGORIES or "BODY" not in kinds:
            raise GraphError(100, f"category is one of {', '.join(_CATEGORIES)}, and a BODY needed")
        if self.find(name, language) is not None:
            raise GraphError(100, "there is content in this language already", subcode=_EXISTS)
        held = self._add(name, language, str(asked["category"]))
        return {key: held[key] for key in ("id", "status", "category")}

    def review(self, name: str, language: str, verdict: Verdict) -> bytes:
        """Change a template's status, and return the webhook that tells of it."""
        held = self.find(name, language) or self._add(name, language, "UTILITY")
        held["status"] = verdict
        value = {
            "event": verdict,
            "message_template_id": int(held["id"]),
            "message_template_name": name,
            "message_template_language": held["language"],
            "reason": "INVALID_FORMAT" if verdict == "REJECTED" else "NONE",
        }
        change = {"field": "message_template_status_update", "value": value}
        entry = {"id": "102290129340398", "changes": [change]}
        body = {"object": "whatsapp_business_account", "entry": [entry]}
        return json.dumps(body, separators=(",", ":")).encode()

    def check(self, message: Mapping[str, Any]) -> None:
        """See that a message has no template that is not approved. Raises GraphError."""
        template = message.get("template")
        if message.get("type") != "template" or not isinstance(template, dict):
            return
        held = self.find(str(template.get("name")), str(template["language"]["code"]))
        if held is not None and (code := _REFUSED.get(held["status"])) is not None:
            raise GraphError(code, f"the template is {held['status'].lower()}")

    def find(self, name: str, language: str) -> dict[str, Any] | None:
        """Return a template, whose language webhooks write with a hyphen and sends without."""
        wanted = (name, language.replace("-", "_"))
        return next(
            (one for one in self.held if (one["name"], one["language"]) == wanted),
            None,
        )

    def _add(self, name: str, language: str, category: str) -> dict[str, Any]:
        held = {
            "id": str(_FIRST_ID + len(self.held)),
            "name": name,
            "language": language.replace("-", "_"),
            "category": category,
            "status": "PENDING",
        }
        self.held.append(held)
        return held
