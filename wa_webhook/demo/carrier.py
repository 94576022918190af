"""A carrier whom a worker asks where parcels are: what the flow `parcel` needs beside SQL."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from wa_webhook.worker import PermanentError, task

KIND = "parcel.find"


class Parcel(BaseModel):
    """What the step gives."""

    number: str


class Whereabouts(BaseModel):
    """What the step gets: a place, and the key of the text that says when it arrives."""

    place: str
    day: Literal["today", "tomorrow"]


_PARCELS = {"RW4471": Whereabouts(place="Huye", day="tomorrow")}


@task(KIND)
async def find_parcel(parcel: Parcel) -> Whereabouts:
    """Return where a parcel is. Raises PermanentError for one that the carrier does not know."""
    if (found := _PARCELS.get(parcel.number)) is None:
        raise PermanentError("the carrier does not know the number")
    return found
