"""A picture that a colleague answers with: kept of the person, queued, and gone with them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.dispatching import row, value, values
from tests.handover.conftest import ANA
from tests.media.gallery import PICTURE, SHA256

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.handover.conftest import Desk

SEND = (
    "select public.wa_desk_picture_send(%s, %s, %s, 'Here.', 'Kim',"
    " dedupe_key => 'console/picture')"
)


def wants(desk: Desk) -> dict[str, Any]:
    wanted: dict[str, Any] = value(
        desk.agent, "select public.wa_desk_picture(%s, %s)", ANA, SHA256.upper()
    )
    return wanted


def sends(
    desk: Desk, media: int, size_bytes: int = len(PICTURE), mime_type: str = "image/png"
) -> int:
    queued: int = value(desk.agent, SEND, media, size_bytes, mime_type)
    return queued


def test_a_picture_is_queued_as_an_answer_once_and_kept_as_long_as_those_of_users(
    desk: Desk, operator: Connection[DictRow]
) -> None:
    desk.takes()
    wanted = wants(desk)
    assert wants(desk) == wanted
    left = "select round(extract(epoch from expires_at - clock_timestamp()) / 3600) from wa.media"
    assert value(desk.owner, left) == 1
    queued = sends(desk, wanted["media"])
    assert sends(desk, wants(desk)["media"]) == queued
    assert value(desk.owner, left) == 30 * 24
    sent = row(
        desk.owner, "select payload, author from public.notifications order by id desc limit 1"
    )
    kept = row(desk.owner, "select * from wa.media_objects")
    assert sent["payload"] == {
        "type": "image",
        "image": {"stored": str(kept["id"]), "caption": "Here."},
    }
    assert sent["author"] == "colleague/Kim"
    assert (kept["key"], kept["size_bytes"]) == (wanted["key"], len(PICTURE))
    shown = "select message_id, key from public.wa_desk_media(array[%s, 'wamid.of-another', '0'])"
    assert row(desk.agent, shown, str(queued)) == {"message_id": str(queued), "key": wanted["key"]}
    done = "select action from public.wa_desk_actions()"
    assert values(operator, done) == ["replied", "taken"]


def test_it_is_handed_out_and_goes_with_the_person_or_when_its_time_is_over(
    desk: Desk, operator: Connection[DictRow]
) -> None:
    desk.takes()
    sends(desk, wants(desk)["media"])
    (exported,) = value(operator, "select public.wa_export_profile(%s) -> 'media'", ANA)
    assert (exported["sha256"], exported["status"]) == (SHA256, "stored")
    assert exported["wa_message_id"] is None
    unwanted = "select count(*) from wa.media_objects where unwanted_at is not null"
    for gone, ended in enumerate(("erased", "expired", "never sent"), 1):
        if ended == "erased":
            operator.execute("select public.wa_erase_profile(%s)", (ANA,))
            desk.hears("hello")
        else:
            desk.takes()
            media = wants(desk)["media"]
            if ended == "expired":
                sends(desk, media)
            desk.owner.execute("update wa.media set expires_at = now()")
            operator.execute("select public.wa_retention_step()")
        assert value(desk.owner, unwanted) == gone
        assert value(desk.owner, "select count(*) from wa.media") == 0


def test_a_picture_that_expires_while_its_conversation_is_busy_is_named(
    desk: Desk, connect: Connect
) -> None:
    desk.takes()
    media = wants(desk)["media"]
    busy = connect(autocommit=False)
    busy.execute("select wa.hold_conversations(array(select user_id from public.profiles))")
    with ThreadPoolExecutor() as threads:
        sending = threads.submit(sends, desk, media)
        blocked = "select %s = any(pg_blocking_pids(%s))"
        pids = (busy.info.backend_pid, desk.agent.info.backend_pid)
        while not value(desk.owner, blocked, *pids) and not sending.done():
            pass
        busy.execute("delete from wa.media")
        busy.commit()
        with pytest.raises(psycopg.Error, match=f"there is no picture {media} of a colleague"):
            sending.result()


def test_what_may_not_be_sent_is_told_and_nothing_is_queued(desk: Desk, connect: Connect) -> None:
    media = wants(desk)["media"]
    with pytest.raises(psycopg.Error, match="the bot has this conversation"):
        sends(desk, media)
    desk.takes("Lee")
    with pytest.raises(psycopg.Error, match="Lee has this conversation"):
        sends(desk, media)
    desk.takes("Kim", take_over=True)
    of_the_user = value(
        desk.owner,
        "insert into wa.media"
        " (user_id, wa_message_id, media_id, kind, object_id, received_at, expires_at)"
        " select user_id, 'wamid.theirs', '1', kind, object_id, received_at, expires_at"
        " from wa.media returning id",
    )
    for wrong in (
        (media, 5 * 2**20 + 1),
        (media, 0),
        (media, 1, "image/webp"),
        (0,),
        (of_the_user,),
    ):
        with pytest.raises(psycopg.Error) as error:
            sends(desk, *wrong)
        assert error.value.sqlstate == "WA011"
    desk.owner.execute(
        "update wa.service_windows set last_inbound_at = now() - interval '25 hours'"
    )
    with pytest.raises(psycopg.Error, match="the 24-hour window is closed"):
        sends(desk, media)
    assert set(values(desk.owner, "select status from wa.media")) == {"wanted"}
    assert value(desk.owner, "select count(*) from public.notifications where author <> 'bot'") == 0
    reader = connect("wa_reader_role")
    for call in (
        "select public.wa_desk_picture('+34600111222', 'x')",
        "select public.wa_desk_picture_send(1, 1, 'image/png')",
        "select public.wa_desk_media('{}')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute(call.encode())
