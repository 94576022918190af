"""The message bodies that Meta takes, with its limits.

From Meta's per-type reference pages and its OpenAPI description (v23.0), as of autumn 2026. Lengths
are in characters.
"""

# ruff: noqa: D101 (each class is the object of Meta's that it is named after)

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from annotated_types import Len
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

MAX_LIST_ROWS = 10


def _without_outer_space(value: str) -> str:
    if value != value.strip():
        raise ValueError("must not start or end with white space")
    return value


class Shape(BaseModel):
    """An object with known keys only: Meta refuses unexpected ones."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Text(Shape):
    body: Annotated[str, Len(1, 4096)]
    preview_url: bool = False


class Media(Shape):
    """An uploaded file by id, or a public one by link."""

    id: str | None = None
    link: str | None = None
    caption: Annotated[str, Len(1, 1024)] | None = None
    filename: str | None = None
    voice: bool | None = None

    @model_validator(mode="after")
    def _names_one_source(self) -> Self:
        if (self.id is None) == (self.link is None):
            raise ValueError("exactly one of id and link is required")
        return self


class Location(Shape):
    latitude: Annotated[float, Field(ge=-90, le=90, strict=False)]
    longitude: Annotated[float, Field(ge=-180, le=180, strict=False)]
    name: str | None = None
    address: str | None = None


class Reaction(Shape):
    message_id: Annotated[str, Len(1, 1000)]
    emoji: str


class Template(Shape):
    name: Annotated[str, Len(1, 512)]
    language: dict[str, Any]
    components: list[dict[str, Any]] = []


class Context(Shape):
    message_id: Annotated[str, Len(1, 1000)]


class Header(Shape):
    type: Literal["text", "image", "video", "document"]
    text: Annotated[str, Len(1, 60)] | None = None
    image: Media | None = None
    video: Media | None = None
    document: Media | None = None

    @model_validator(mode="after")
    def _has_what_its_type_says(self) -> Self:
        if getattr(self, self.type) is None:
            raise ValueError(f"{self.type} is required")
        return self


class TextHeader(Header):
    type: Literal["text"]


class Body(Shape):
    text: Annotated[str, Len(1, 1024)]


class ListBody(Shape):
    text: Annotated[str, Len(1, 4096)]


class Footer(Shape):
    text: Annotated[str, Len(1, 60)]


class Reply(Shape):
    id: Annotated[str, Len(1, 256), AfterValidator(_without_outer_space)]
    title: Annotated[str, Len(1, 20)]


class ReplyButton(Shape):
    type: Literal["reply"]
    reply: Reply


class ButtonAction(Shape):
    buttons: Annotated[list[ReplyButton], Len(1, 3)]

    @model_validator(mode="after")
    def _buttons_differ(self) -> Self:
        replies = [button.reply for button in self.buttons]
        for values in ([reply.id for reply in replies], [reply.title for reply in replies]):
            if len(set(values)) != len(values):
                raise ValueError("button ids and titles must be unique")
        return self


class ListRow(Shape):
    id: Annotated[str, Len(1, 200)]
    title: Annotated[str, Len(1, 24)]
    description: Annotated[str, Len(1, 72)] | None = None


class Section(Shape):
    title: Annotated[str, Len(1, 24)] | None = None
    rows: Annotated[list[ListRow], Len(1, MAX_LIST_ROWS)]


class ListAction(Shape):
    button: Annotated[str, Len(1, 20)]
    sections: Annotated[list[Section], Len(1, 10)]

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        ids = [row.id for section in self.sections for row in section.rows]
        if len(ids) > MAX_LIST_ROWS:
            raise ValueError(f"at most {MAX_LIST_ROWS} rows in all sections together")
        if len(set(ids)) != len(ids):
            raise ValueError("row ids must be unique")
        if len(self.sections) > 1 and any(section.title is None for section in self.sections):
            raise ValueError("each of several sections needs a title")
        return self


class LinkParameters(Shape):
    display_text: Annotated[str, Len(1, 20)]
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)]


class LinkAction(Shape):
    name: Literal["cta_url"]
    parameters: LinkParameters


class LocationAction(Shape):
    name: Literal["send_location"]


class ContactAction(Shape):
    name: Literal["request_contact_info"]


class Buttons(Shape):
    type: Literal["button"]
    header: Header | None = None
    body: Body
    footer: Footer | None = None
    action: ButtonAction


class List(Shape):
    type: Literal["list"]
    header: TextHeader | None = None
    body: ListBody
    footer: Footer | None = None
    action: ListAction


class Link(Shape):
    type: Literal["cta_url"]
    header: Header | None = None
    body: Body
    footer: Footer | None = None
    action: LinkAction


class LocationRequest(Shape):
    type: Literal["location_request_message"]
    body: Body
    action: LocationAction


class ContactRequest(Shape):
    type: Literal["request_contact_info"]
    body: Body
    action: ContactAction


Interactive = Annotated[
    Buttons | List | Link | LocationRequest | ContactRequest, Field(discriminator="type")
]
