"""All scenes of `wa-webhook demo`, in order; that with a picture where documents can be read."""

from __future__ import annotations

from wa_webhook.demo.baskets_in_english import BASKETS_IN_ENGLISH
from wa_webhook.demo.baskets_in_french import BASKETS_IN_FRENCH
from wa_webhook.demo.certificates import CERTIFICATES
from wa_webhook.demo.first_conversation import FIRST_CONVERSATION
from wa_webhook.demo.parcels import PARCELS
from wa_webhook.ocr.reader import is_installed

SCENES = (
    *FIRST_CONVERSATION,
    *PARCELS,
    *(CERTIFICATES if is_installed() else ()),
    *BASKETS_IN_ENGLISH,
    *BASKETS_IN_FRENCH,
)
