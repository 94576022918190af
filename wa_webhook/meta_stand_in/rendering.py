"""Messages as a person reads them on a telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def render_message(request: dict[str, Any]) -> str:
    """Return the text of an outgoing message, with what can be tapped in square brackets."""
    message_type = request.get("type", "text")
    content = request.get(message_type, {})
    if message_type == "text":
        return str(content["body"])
    if message_type == "interactive":
        return _render_interactive(content)
    if message_type == "template":
        return f"(template {content['name']}, {content['language'].get('code')})"
    if message_type == "reaction":
        return f"(reaction {content['emoji'] or 'removed'})"
    caption = content.get("caption") if isinstance(content, dict) else None
    return f"({message_type})" + (f"\n{caption}" if caption else "")


def find_choice(request: dict[str, Any], title: str) -> dict[str, Any] | None:
    """Return the content of the webhook for tapping a button or row, or None without such a one."""
    return next(
        (one for one in list_choices(request) if one[one["type"]]["title"] == title),
        None,
    )


def list_choices(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield for each button and row the content of the webhook for tapping it."""
    action = request.get("interactive", {}).get("action", {})
    for button in action.get("buttons", []):
        yield {"type": "button_reply", "button_reply": button["reply"]}
    for section in action.get("sections", []):
        for row in section["rows"]:
            yield {"type": "list_reply", "list_reply": row}


def _render_interactive(content: dict[str, Any]) -> str:
    action = content["action"]
    lines = [_render_header(content.get("header")), content["body"]["text"]]
    lines.append(content.get("footer", {}).get("text"))
    match content["type"]:
        case "button":
            lines.append(" ".join(f"[{one['reply']['title']}]" for one in action["buttons"]))
        case "list":
            lines.append(f"[{action['button']}]")
            for section in action["sections"]:
                lines.append(section.get("title"))
                lines += [_render_row(row) for row in section["rows"]]
        case "cta_url":
            parameters = action["parameters"]
            lines.append(f"[{parameters['display_text']}] {parameters['url']}")
        case "location_request_message":
            lines.append("[Send location]")
        case "request_contact_info":
            lines.append("[Share contact info]")
    return "\n".join(line for line in lines if line)


def _render_header(header: dict[str, Any] | None) -> str | None:
    if header is None:
        return None
    return str(header["text"]) if header["type"] == "text" else f"({header['type']})"


def _render_row(row: dict[str, Any]) -> str:
    description = row.get("description")
    return f"- {row['title']}" + (f": {description}" if description else "")
