"""What SQL does not know: a task for a worker, whose result comes back into the conversation."""

from __future__ import annotations

from wa_webhook.demo.first_conversation import MENU
from wa_webhook.demo.scenes import Scene, Turn
from wa_webhook.meta_stand_in.people import ANA
from wa_webhook.meta_stand_in.said import Typed

_QUESTION = "What is the number of your parcel?"
_ONE_MOMENT = "One moment, I am asking the carrier."

PARCELS = (
    Scene(
        "What a worker has to ask of somebody else",
        (
            Turn(ANA, Typed("parcel"), (_QUESTION,)),
            Turn(
                ANA,
                Typed("RW4471"),
                (_ONE_MOMENT, "Your parcel is in Huye, and will be with you tomorrow.", MENU),
            ),
            Turn(ANA, Typed("parcel"), (_QUESTION,)),
            Turn(
                ANA,
                Typed("RW0000"),
                (_ONE_MOMENT, "The carrier knows no parcel of this number.", MENU),
            ),
        ),
    ),
)
