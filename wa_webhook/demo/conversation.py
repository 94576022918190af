"""All scenes of `wa-webhook demo`, in order."""

from __future__ import annotations

from wa_webhook.demo.baskets_in_english import BASKETS_IN_ENGLISH
from wa_webhook.demo.baskets_in_french import BASKETS_IN_FRENCH
from wa_webhook.demo.first_conversation import FIRST_CONVERSATION
from wa_webhook.demo.parcels import PARCELS

SCENES = (*FIRST_CONVERSATION, *PARCELS, *BASKETS_IN_ENGLISH, *BASKETS_IN_FRENCH)
