"""What somebody does, as Meta's message says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wa_webhook.meta_stand_in.media import MediaShelf
    from wa_webhook.phone.chat import Chat
    from wa_webhook.phone.people import People
    from wa_webhook.phone.said import Choice, File, Said


class SaidError(ValueError):
    """It cannot be said; the message says why."""


def build(said: Said, key: str, people: People, chat: Chat, media: MediaShelf) -> dict[str, Any]:
    """Return the content of the message; a file is put among `media`. Raises SaidError."""
    if said.choice is not None:
        return _tap(chat, said.choice)
    if said.edit is not None:
        _check_own(chat, said.edit.message)
        changed = {"type": "text", "text": {"body": said.edit.text}}
        edit = {"original_message_id": said.edit.message, "message": changed}
        return {"type": "edit", "edit": edit}
    if said.revoke is not None:
        _check_own(chat, said.revoke)
        return {"type": "revoke", "revoke": {"original_message_id": said.revoke}}
    if said.reaction is not None:
        emoji = {"emoji": said.reaction.emoji} if said.reaction.emoji else {}
        return {"type": "reaction", "reaction": {"message_id": said.reaction.to, **emoji}}
    if said.place is not None:
        content = said.place.content()
    elif said.file is not None:
        content = _send(said.file, media)
    elif said.contact:
        content = _share_card(key, people)
    else:
        content = {"type": "text", "text": {"body": said.text}}
    return content | ({"context": {"id": said.reply_to}} if said.reply_to else {})


def media_url(media: Mapping[str, Any]) -> str | None:
    """Return where the page has a file."""
    media_id = media.get("id")
    return f"media/{media_id}" if isinstance(media_id, str) else None


def _tap(chat: Chat, choice: Choice) -> dict[str, Any]:
    tapped = chat.find_choice(choice.message, choice.id)
    if tapped is None:
        raise SaidError("that message offered nothing of this id")
    return {"type": "interactive", "context": {"id": choice.message}, "interactive": tapped}


def _check_own(chat: Chat, message_id: str) -> None:
    message = chat.messages.get(message_id)
    if message is None or message.direction != "from_user":
        raise SaidError("that is no message of theirs")


def _send(file: File, media: MediaShelf) -> dict[str, Any]:
    mime_type = file.mime_type or "application/octet-stream"
    return {"type": file.kind, file.kind: media.receive(file.content, mime_type, **file.fields())}


def _share_card(key: str, people: People) -> dict[str, Any]:
    number = people.share_number(key)
    phone = {"phone": f"+{number}", "wa_id": number, "type": "CELL"}
    name = {"formatted_name": people[key].name}
    card = {"name": name, "phones": [phone], "origin": "contact_request"}
    return {"type": "contacts", "contacts": [card]}
