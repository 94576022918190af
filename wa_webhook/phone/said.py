"""What the page asks for when somebody does something on a phone."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_TYPES = {"image": "image", "audio": "audio", "video": "video"}


class Asked(BaseModel):
    """An object with known keys only."""

    model_config = ConfigDict(extra="forbid")


class Place(Asked):
    """A shared location, in degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    name: str | None = None
    address: str | None = None

    def content(self) -> dict[str, Any]:
        """Return Meta's message."""
        return {"type": "location", "location": self.model_dump(exclude_none=True)}


class File(Asked):
    """A file in base64; `caption` may be empty."""

    name: Annotated[str, Field(min_length=1, max_length=240)]
    mime_type: str = ""
    content: bytes
    caption: Annotated[str, Field(max_length=1024)] = ""
    is_voice: bool = False

    @field_validator("content", mode="before")
    @classmethod
    def _decode(cls, value: object) -> bytes:
        try:
            written = value if isinstance(value, bytes) else str(value)
            content = base64.b64decode(written, validate=True)
        except binascii.Error:
            raise ValueError("has to be base64") from None
        if not content:
            raise ValueError("is empty")
        return content

    @classmethod
    def of(cls, name: str, mime_type: str, content: bytes) -> Self:
        """Return a file of bytes."""
        return cls(name=name, mime_type=mime_type, content=base64.b64encode(content))

    @property
    def kind(self) -> str:
        """What a telephone would send it as: it makes a JPEG of every picture but a sticker."""
        if self.mime_type == "image/webp":
            return "sticker"
        return _TYPES.get(self.mime_type.partition("/")[0], "document")

    def fields(self) -> dict[str, Any]:
        """Return what Meta tells of it beside its bytes."""
        told: dict[str, Any] = {}
        if self.kind == "document":
            told["filename"] = self.name
        if self.kind == "sticker":
            told["animated"] = False
        if self.caption and self.kind not in ("audio", "sticker"):
            told["caption"] = self.caption
        if self.kind == "audio":
            told["voice"] = self.is_voice
        return told


class Reaction(Asked):
    """An emoji on a message; an empty one takes it back."""

    to: str
    emoji: Annotated[str, Field(max_length=16)]


class Choice(Asked):
    """A button or row that `message` offered, by its id."""

    message: str
    id: str


class Edit(Asked):
    """Another text for a message of one's own."""

    message: str
    text: Annotated[str, Field(min_length=1, max_length=4096)]


class Said(Asked):
    """One thing that somebody does: exactly one of what can be said.

    `contact`: shares the person's own card. `revoke`: deletes a message of one's own. `reply_to` is
    the message that a text, file, place or card answers.
    """

    text: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    choice: Choice | None = None
    place: Place | None = None
    file: File | None = None
    reaction: Reaction | None = None
    contact: Literal[True] | None = None
    edit: Edit | None = None
    revoke: str | None = None
    reply_to: str | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        said = self.model_dump(exclude_none=True, exclude={"reply_to"})
        if len(said) != 1:
            names = ", ".join(name for name in type(self).model_fields if name != "reply_to")
            raise ValueError(f"say exactly one of {names}")
        return self


class Invitation(Asked):
    """A new person; what is empty is made up."""

    known_by: Literal["number", "user_id", "both"] = "both"
    name: Annotated[str, Field(max_length=60)] = ""
    number: Annotated[str, Field(max_length=30)] = ""
    user_id: Annotated[str, Field(max_length=140)] = ""
