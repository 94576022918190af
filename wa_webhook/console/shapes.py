"""What a page asks for, and a conversation as it takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self
from urllib.parse import quote

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, model_validator

from wa_webhook.pages import Message, from_business, from_user

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Number = Annotated[str, Field(max_length=64)] | None
"""A business number by Meta's id: of which conversation with somebody it is."""


class Asked(BaseModel):
    """What is posted as JSON."""

    model_config = ConfigDict(extra="forbid")

    number: Number = None


class Taking(Asked):
    """A conversation is taken; from a colleague who has it only when that is said."""

    from_colleague: bool = False


class Template(BaseModel):
    """A template that Meta has approved, and what stands in its body."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=512)]
    language: Annotated[str, Field(min_length=2, max_length=16)]
    parameters: Annotated[list[Annotated[str, Field(max_length=1024)]], Field(max_length=50)] = []


class Reply(Asked):
    """An answer: a text, a template, or a picture, whose caption a text is.

    `picture`: its bytes in base64. `key` is the same when it is sent again.
    """

    text: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    picture: Base64Bytes | None = None
    template: Template | None = None
    key: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.text is None and self.picture is None) == (self.template is None):
            raise ValueError("either a text, a picture or a template")
        return self

    def payload(self) -> dict[str, Any]:
        """Return what is no picture as the Graph API takes it, without recipient."""
        if self.template is None:
            return {"type": "text", "text": {"body": self.text}}
        said: dict[str, Any] = {
            "name": self.template.name,
            "language": {"code": self.template.language},
        }
        if self.template.parameters:
            parameters = [{"type": "text", "text": one} for one in self.template.parameters]
            said["components"] = [{"type": "body", "parameters": parameters}]
        return {"type": "template", "template": said}


class Note(Asked):
    """What a colleague notes about somebody."""

    body: Annotated[str, Field(min_length=1, max_length=2000)]


def has_media(row: Mapping[str, Any]) -> bool:
    """Say whether a row of wa_conversation brings a file."""
    read = from_user if row["author"] == "user" else from_business
    return "media" in read(row["payload"])


def as_message(row: Mapping[str, Any], stored: Collection[str] = ()) -> dict[str, Any]:
    """Return a row of wa_conversation as a bubble; `stored`: ids of messages whose file we have."""
    is_user = row["author"] == "user"
    url = f"api/media/{quote(row['id'], safe='')}" if row["id"] in stored else None
    if row["payload"] is not None and is_user:
        content = from_user(row["payload"], lambda _: url)
    elif row["payload"] is not None:
        content = from_business(row["payload"], lambda _: url)
    elif row["body"]:
        # Whoever may not see numbers gets the words alone.
        content = {"kind": "text", "text": row["body"]}
    else:
        content = {"kind": "not_kept"}
    return Message(
        id=row["id"],
        direction="from_user" if is_user else "from_business",
        at=row["at"],
        author=row["author"],
        status=row["status"],
        content=content,
        error=row["error"],
    ).as_json()
