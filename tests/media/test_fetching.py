"""What users send is fetched while Meta has it, checked, and stored once."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from handler.process.listening import bind
from tests import payloads
from tests.dispatching import send, value
from tests.fixtures.machine import requires
from tests.media.conftest import SWIFT
from tests.media.gallery import BEN, PICTURE, SHA256, TOKEN, Gallery
from tests.notifier.conftest import until
from tests.plans import count_rows_handled, make_tables_look_empty
from wa_webhook.dev.postgres import SUPERUSER
from wa_webhook.dev.server import LocalServer
from wa_webhook.media.graph import GoneError, MediaClient, TooLargeError
from wa_webhook.meta_stand_in import Behaviour, GraphStandIn
from wa_webhook.worker.media_kinds import FETCH
from wa_webhook.worker.process import media_functions_of, open_worker
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from tests.fixtures.postgres import Connect, Database
    from tests.media.conftest import ObjectStorage


async def test_nothing_is_fetched_unasked(gallery: Gallery) -> None:
    gallery.send()

    assert await gallery.work() == 0
    assert gallery.media() == []


def test_nobody_is_woken_for_what_nobody_wants(gallery: Gallery, connect: Connect) -> None:
    gallery.fetch_on_arrival("document")
    gallery.worker.execute("listen wa_tasks")
    gallery.send()
    assert value(connect("wa_operator_role"), "select public.wa_media_retry()") == 0
    gallery.worker.execute("select")
    assert list(gallery.worker.notifies(timeout=0)) == []


async def test_kinds_that_the_setting_names_are_fetched_as_they_come(gallery: Gallery) -> None:
    gallery.fetch_on_arrival("document", "voice")
    gallery.send(b"%PDF-1.7\n" + bytes(90), "application/pdf", "document", filename="card.pdf")
    gallery.send(b"OggS\0\2" + bytes(60), "audio/ogg; codecs=opus", "audio", voice=True)
    gallery.send(b"OggS\0\2" + bytes(70), "audio/ogg", "audio", voice=False)

    assert await gallery.work() == 2
    assert [
        (one["kind"], one["status"], one["filename"], one["mime_type"]) for one in gallery.media()
    ] == [
        ("document", "stored", "card.pdf", "application/pdf"),
        ("voice", "stored", None, "audio/ogg"),
    ]


async def test_the_bytes_are_in_the_store_under_their_hash(gallery: Gallery) -> None:
    gallery.fetch_on_arrival("image")
    gallery.send()
    assert gallery.only()["status"] == "wanted"

    await gallery.work()

    stored = gallery.only()
    assert (stored["status"], stored["sha256"], stored["size_bytes"]) == (
        "stored",
        SHA256,
        len(PICTURE),
    )
    assert stored["key"].startswith(f"{SHA256}/")
    assert await gallery.store.get(stored["key"]) == PICTURE


async def test_a_step_asks_for_a_picture_and_hears_what_it_is(gallery: Gallery) -> None:
    gallery.say("photo")
    gallery.send()
    assert await gallery.work() == 1

    assert gallery.last_reply() == "image/png"
    assert gallery.only()["status"] == "stored"


async def test_what_is_fetched_anyway_is_fetched_once_for_the_step(gallery: Gallery) -> None:
    gallery.fetch_on_arrival("image")
    gallery.say("photo")
    gallery.send()

    assert await gallery.work() == 1
    assert gallery.last_reply() == "image/png"


def test_a_step_that_asks_for_what_a_text_brings_waits_for_nothing(gallery: Gallery) -> None:
    gallery.owner.execute(
        "create or replace function wa.step_photo(p_chat wa.chat) returns wa.step_result"
        " language plpgsql volatile set search_path = pg_catalog, pg_temp as $$ begin return"
        " wa.stay(wa.build_text(coalesce(wa.fetch_media(p_chat)::text, 'no picture'))); end $$"
    )
    gallery.say("photo")
    assert gallery.last_reply() == "no picture"
    assert gallery.tasks("id") == []


async def test_one_content_is_stored_once_for_all_who_send_it(gallery: Gallery) -> None:
    gallery.fetch_on_arrival("image")
    gallery.send()
    gallery.send(sender=BEN)
    await gallery.work()

    first, second = gallery.media()
    assert first["user_id"] != second["user_id"]
    assert first["key"] == second["key"]
    # One of them asked Meta for a link, and followed it.
    assert gallery.graph.record.requests == 2


async def test_a_delivery_that_is_repeated_asks_once(gallery: Gallery) -> None:
    gallery.fetch_on_arrival("image")
    message_id = gallery.send()
    gallery.owner.execute("delete from public.wa_events where wa_message_id = %s", (message_id,))
    told = gallery.graph.media.receive(PICTURE, "image/png")
    send(gallery.edge, payloads.message("image", told, message_id=message_id))

    assert len(gallery.media()) == len(gallery.tasks("id")) == 1


async def test_other_bytes_than_the_webhook_told_of_are_not_stored(gallery: Gallery) -> None:
    gallery.fetch_on_arrival("image")
    other = b64encode(hashlib.sha256(b"other").digest()).decode()
    gallery.send(sha256=other)
    await gallery.work()

    assert gallery.tasks("error_message") == ["it has another sha256 than the webhook says"]
    assert gallery.tasks("status") == ["queued"]
    assert await gallery.store.size(gallery.only()["key"]) is None


@pytest.mark.parametrize(
    ("content", "mime_type", "kind", "problem"),
    [
        (b"MZ\x90\0" + bytes(300), "image/png", "image", "wrong_kind"),
        (b"<!DOCTYPE html><html>", "application/pdf", "document", "wrong_kind"),
        (b"\x89PNG\r\n\x1a\n" + bytes(2000), "image/png", "image", "too_large"),
    ],
)
async def test_what_is_not_what_it_says_or_too_large_is_refused(
    gallery: Gallery, content: bytes, mime_type: str, kind: str, problem: str
) -> None:
    gallery.fetch_on_arrival("image", "document")
    gallery.set("received_media_max_bytes", 1000)
    gallery.send(content, mime_type, kind)
    await gallery.work()

    refused = gallery.only()
    assert (refused["status"], refused["problem"]) == ("refused", problem)
    assert await gallery.store.size(refused["key"]) is None
    assert gallery.tasks("status") == ["done"]


async def test_a_plan_for_hardly_any_media_compares_no_two_of_many(
    gallery: Gallery, connect: Connect
) -> None:
    superuser = connect(SUPERUSER)
    gallery.fetch_on_arrival("image")
    many = 40
    for number in range(many):
        gallery.send(PICTURE + bytes([number]))
    # As when they are analysed while all else has gone, and so many come in the next moment.
    make_tables_look_empty(superuser)
    (task,) = gallery.worker.execute(
        "select id, lock_token::text from public.wa_tasks_claim('worker-1', %s, 1)", ([FETCH],)
    ).fetchall()

    result = {"size_bytes": 1, "mime_type": "image/png"}
    settled = Jsonb([task | {"outcome": "done", "result": result}])
    settle = "select public.wa_tasks_settle(%s)"
    assert count_rows_handled(superuser, settle, settled) < many * many


async def test_what_meta_no_longer_has_fails_and_the_step_hears_of_it(gallery: Gallery) -> None:
    gallery.say("photo")
    gallery.send()
    gallery.graph.record.media.clear()
    await gallery.work()

    failed = gallery.only()
    assert failed["status"] == "failed"
    assert failed["problem"].startswith("Meta does not have it: HTTP 400, code 100")
    assert gallery.last_reply() == "permanent"


async def test_what_failed_is_tried_again_when_an_operator_says_so(
    gallery: Gallery, connect: Connect
) -> None:
    gallery.fetch_on_arrival("image")
    gallery.send()
    media = dict(gallery.graph.record.media)
    gallery.graph.record.media.clear()
    await gallery.work()
    assert gallery.only()["status"] == "failed"
    gallery.graph.record.media.update(media)

    operator = connect("wa_operator_role")
    assert value(operator, "select public.wa_media_retry()") == 1
    assert value(operator, "select public.wa_media_retry()") == 0
    await gallery.work()

    assert gallery.only()["status"] == "stored"


async def test_what_an_operator_cancels_is_not_fetched_until_it_is_tried_again(
    gallery: Gallery, connect: Connect
) -> None:
    gallery.fetch_on_arrival("image")
    gallery.send()
    (task_id,) = gallery.tasks("id")
    operator = connect("wa_operator_role")
    operator.execute("select public.wa_task_cancel(%s)", (task_id,))
    assert await gallery.work() == 0
    failed = gallery.only()
    assert (failed["status"], failed["problem"]) == ("failed", "an operator cancelled it")

    operator.execute("select public.wa_task_retry(%s)", (task_id,))
    await gallery.work()
    assert gallery.only()["status"] == "stored"


async def test_what_a_worker_stored_before_it_died_is_not_fetched_again(gallery: Gallery) -> None:
    gallery.fetch_on_arrival("image")
    gallery.send()
    await gallery.store.put(gallery.only()["key"], PICTURE, "image/png")
    await gallery.work()

    assert (gallery.only()["status"], gallery.graph.record.requests) == ("stored", 0)


async def test_a_link_that_has_ended_is_asked_for_again(gallery: Gallery) -> None:
    gallery.fetch_on_arrival("image")
    base = str(gallery.client._base_url.origin())
    gallery.send(url=f"{base}/_media/ended")
    await gallery.work()

    assert gallery.only()["status"] == "stored"


async def test_a_busy_graph_api_costs_no_attempt(gallery: Gallery) -> None:
    gallery.fetch_on_arrival("image")
    gallery.send()
    gallery.graph.behave(
        Behaviour(path="download", answer="error", code=4, http_status=429, retry_after=30)
    )
    await gallery.work()

    assert gallery.tasks("(status, attempt_count, error_class)::text") == ["(queued,0,busy)"]


async def test_the_token_is_shown_to_nobody_but_meta(gallery: Gallery) -> None:
    told = gallery.graph.media.receive(PICTURE, "image/png")
    other = GraphStandIn(token=TOKEN, app_secret=TOKEN)
    async with LocalServer(other.app, bind("127.0.0.1", 0, "another place", "")) as server:
        link, _ = other.media.describe(other.media.keep("image/png", b"elsewhere"))
        found = await gallery.client.download(
            told["id"], url=f"{server.url}/_media/{link}", most_bytes=10_000
        )

    assert (found, other.record.requests) == (PICTURE, 0)


@pytest.mark.parametrize(
    ("url", "is_metas"),
    [
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
        ("https://scontent.fbcdn.net/v/1", True),
        ("http://lookaside.fbsbx.com/x", False),
        ("https://fbsbx.com.evil.example/x", False),
        ("https://evilfbsbx.com/x", False),
        ("https://lookaside.fbsbx.com@evil.example/x", False),
        ("file:///etc/passwd", False),
        ("x", False),
    ],
)
def test_metas_hosts_are_known_by_their_names(url: str, is_metas: bool) -> None:
    client = MediaClient(base_url="https://graph.facebook.com/v26.0", token=TOKEN)

    assert client.is_metas(url) is is_metas


async def test_a_download_is_bounded_while_it_comes(gallery: Gallery) -> None:
    told = gallery.graph.media.receive(PICTURE, "image/png")

    with pytest.raises(TooLargeError):
        await gallery.client.download(told["id"], most_bytes=100)
    with pytest.raises(GoneError):
        await gallery.client.download("123", most_bytes=100)


async def test_a_conversation_that_is_reset_loses_none_of_its_media(gallery: Gallery) -> None:
    gallery.say("photo")
    gallery.send()
    gallery.owner.execute("delete from public.chat_state")
    await gallery.work()

    assert gallery.only()["status"] == "stored"
    assert gallery.tasks("reached") == [None]


@requires(SWIFT)
async def test_a_worker_stores_a_picture_in_s3(
    gallery: Gallery, object_storage: ObjectStorage, database: Database
) -> None:
    bucket = object_storage.make_bucket()
    settings = WorkerSettings(
        _env_file=None,
        wa_database_url=database.url("wa_worker_role"),
        wa_metrics_port=None,
        wa_token=TOKEN,
        whatsapp_api_base_url=str(gallery.client._base_url),
        wa_media_store=f"s3://{bucket}/users",
        wa_media_s3_endpoint=object_storage.endpoint,
        wa_media_s3_access_key_id=object_storage.access_key_id,
        wa_media_s3_secret_access_key=object_storage.secret_access_key,
    )
    gallery.fetch_on_arrival("image")
    gallery.send()

    async with open_worker(settings, media_functions_of(settings)) as worker:
        running = asyncio.create_task(worker.run())
        await until(lambda: gallery.only()["status"] == "stored")
        worker.stop()
        await running

    stored = object_storage.open(bucket, prefix="users")
    assert await stored.get(gallery.only()["key"]) == PICTURE
