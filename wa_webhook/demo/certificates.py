"""A photograph that is fetched, stored and read: only where the extra for OCR is installed."""

from __future__ import annotations

from pathlib import Path

from wa_webhook.demo.first_conversation import MENU
from wa_webhook.demo.scenes import Photograph, Scene, Turn
from wa_webhook.meta_stand_in.people import ANA
from wa_webhook.meta_stand_in.said import Typed

PHOTOGRAPH = Path(__file__).with_name("certificate.jpg")

CERTIFICATES = (
    Scene(
        "A picture that is read",
        (
            Turn(ANA, Typed("certificate"), ("Send me a photograph of your certificate.",)),
            Turn(
                ANA,
                Photograph(PHOTOGRAPH),
                (
                    "One moment.",
                    "I am reading it.",
                    "Your policy RW-482913 is valid until 2027-07-31.",
                    MENU,
                ),
            ),
        ),
    ),
)
