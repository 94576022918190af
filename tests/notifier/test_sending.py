"""What one notifier does with what is queued."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from handler import signature
from tests import payloads
from tests.notifier.conftest import ANA, APP_SECRET, BRUNO, PHONE_ID, until
from wa_webhook.meta_stand_in import Behaviour

if TYPE_CHECKING:
    from pathlib import Path

    from tests.notifier.conftest import Outbox

CHIARA = "IT.3003"


async def test_a_queued_message_is_sent_once_and_becomes_delivered(outbox: Outbox) -> None:
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier():
        await until(lambda: outbox.status(notification) == "delivered")
    (accepted,) = outbox.graph.record.accepted
    assert accepted.request["to"] == ANA
    assert accepted.phone_number_id == PHONE_ID
    assert outbox.row(notification)["wa_message_id"] == accepted.wa_message_id


async def test_a_user_known_by_user_id_alone_is_addressed_as_recipient(outbox: Outbox) -> None:
    notification = outbox.queue(outbox.add_user(CHIARA))
    async with outbox.run_notifier():
        await until(lambda: outbox.status(notification) == "delivered")
    (accepted,) = outbox.graph.record.accepted
    assert accepted.request["recipient"] == CHIARA
    assert "to" not in accepted.request


async def test_a_number_is_kept_in_the_form_that_meta_answers(outbox: Outbox) -> None:
    outbox.graph.wa_ids["5215512345678"] = "525512345678"
    notification = outbox.queue(outbox.add_user("+5215512345678"))
    async with outbox.run_notifier():
        await until(lambda: outbox.status(notification) == "delivered")
    rows = outbox.execute("select whatsapp_e164 from public.profiles")
    assert rows == [{"whatsapp_e164": "+525512345678"}]


async def test_a_passing_error_is_tried_again(outbox: Outbox) -> None:
    outbox.set_first_delay("131000", 0)
    outbox.graph.behave(Behaviour(answer="error", code=131000, times=2))
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier():
        await until(lambda: outbox.status(notification) == "delivered")
    assert outbox.row(notification)["retry_count"] == 2
    assert outbox.sent_texts(ANA) == ["hello"]


async def test_a_rate_limit_is_waited_out_as_long_as_the_answer_says(outbox: Outbox) -> None:
    outbox.graph.behave(Behaviour(answer="error", code=131056, http_status=429, retry_after=600))
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier():
        await until(lambda: outbox.row(notification)["wait_count"] == 1)
    (row,) = outbox.execute(
        "select retry_count, next_attempt_at - now() > interval '9 minutes' as is_held"
        " from public.notifications where id = %s",
        (notification,),
    )
    assert row == {"retry_count": 0, "is_held": True}


async def test_a_permanent_error_fails_the_message_with_its_code(outbox: Outbox) -> None:
    outbox.graph.behave(Behaviour(answer="error", code=131009))
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier():
        await until(lambda: outbox.status(notification) == "failed")
    assert outbox.row(notification)["error_code"] == 131009
    assert outbox.graph.record.accepted == []


async def test_a_revoked_token_pauses_the_queue_until_a_new_one_is_there_and_it_is_resumed(
    outbox: Outbox,
) -> None:
    outbox.graph.token = "token-of-next-year"  # noqa: S105
    first = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier(wa_notify_concurrency=1):
        await until(lambda: _is_paused(outbox))
        second = outbox.queue(outbox.add_user(BRUNO))
    assert outbox.graph.record.requests == 1
    outbox.execute("select public.wa_queue_resume()")
    async with outbox.run_notifier(wa_token=outbox.graph.token):
        await until(lambda: outbox.status(first) == outbox.status(second) == "delivered")


def _is_paused(outbox: Outbox) -> bool:
    (state,) = outbox.execute("select paused_until is not null as is_paused from wa.queue_state")
    return bool(state["is_paused"])


async def test_a_qr_code_is_drawn_uploaded_and_used_again(outbox: Outbox) -> None:
    payload = {"type": "image", "image": {"qr": "https://wa.me/15550001111?text=JB%3AABC"}}
    outbox.queue_payload(outbox.add_user(ANA), payload)
    async with outbox.run_notifier():
        await until(lambda: outbox.execute("select 1 from wa.media_cache") != [])
        second = outbox.queue_payload(ANA, payload)
        await until(lambda: outbox.status(second) == "delivered")
    (media,) = outbox.graph.record.media.values()
    assert media.mime_type == "image/png"
    assert [one.request["image"] for one in outbox.graph.record.accepted] == [
        {"id": media.media_id}
    ] * 2


async def test_a_file_is_taken_from_the_media_folder(outbox: Outbox, tmp_path: Path) -> None:
    (tmp_path / "terms.pdf").write_bytes(b"%PDF-1.7")
    document = {"file": "terms.pdf", "mime_type": "application/pdf", "filename": "terms.pdf"}
    notification = outbox.queue_payload(
        outbox.add_user(ANA), {"type": "document", "document": document}
    )
    async with outbox.run_notifier(wa_media_folder=tmp_path):
        await until(lambda: outbox.status(notification) == "delivered")
    (media,) = outbox.graph.record.media.values()
    assert media.content == b"%PDF-1.7"


async def test_a_file_outside_the_media_folder_is_not_sent(outbox: Outbox, tmp_path: Path) -> None:
    (tmp_path / "secret.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    document = {"file": "link.pdf", "mime_type": "application/pdf"}
    notification = outbox.queue_payload(
        outbox.add_user(ANA), {"type": "document", "document": document}
    )
    async with outbox.run_notifier(wa_media_folder=tmp_path / "public"):
        await until(lambda: outbox.row(notification)["retry_count"] == 1)
    assert "cannot be read" in outbox.row(notification)["error_message"]
    assert outbox.graph.record.requests == 0


async def test_an_upload_that_fails_sends_nothing_and_is_tried_again(outbox: Outbox) -> None:
    outbox.set_first_delay("not_sent", 0)
    outbox.graph.behave(Behaviour(path="media", answer="html"))
    outbox.graph.behave(Behaviour(path="media", answer="accept_then_reset"))
    payload = {"type": "image", "image": {"qr": "https://wa.me/15550001111"}}
    notification = outbox.queue_payload(outbox.add_user(ANA), payload)
    async with outbox.run_notifier():
        await until(lambda: outbox.status(notification) == "delivered")
    assert outbox.row(notification)["retry_count"] == 2
    assert len(outbox.graph.record.accepted) == 1


async def test_an_inbound_message_is_marked_as_read_when_the_setting_says_so(
    outbox: Outbox,
) -> None:
    outbox.set("read_receipts", "read")
    body = payloads.text_body(message_id="wamid.IN")
    async with outbox.run_notifier(), httpx.AsyncClient() as http:
        headers = {signature.HEADER: signature.sign(body, APP_SECRET.encode())}
        await http.post(outbox.webhook_url, content=body, headers=headers)
        await until(lambda: outbox.graph.record.reads == ["wamid.IN"])
        await until(lambda: len(outbox.graph.record.accepted) == 1)
