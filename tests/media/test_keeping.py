"""Media are kept for their time, go with their person, and their bytes go with the last of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.errors import LockNotAvailable

from tests.dispatching import value
from tests.media.gallery import ANA, BEN, SHA256, Gallery
from wa_webhook.media.store import StoreError
from wa_webhook.worker.media_deletions import MediaDeletions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect, Database


@pytest.fixture
async def deletions(gallery: Gallery, database: Database) -> AsyncIterator[MediaDeletions]:
    """A worker that deletes."""
    async with MediaDeletions(database.url("wa_worker_role"), gallery.store) as deletions:
        yield deletions


@pytest.fixture
async def kept(gallery: Gallery) -> Gallery:
    """A gallery with one picture that Ana and Ben both sent."""
    gallery.fetch_on_arrival("image")
    gallery.send(sender=ANA)
    gallery.send(sender=BEN)
    await gallery.work()
    return gallery


def expire(gallery: Gallery, sender: str) -> None:
    """Let the time of what one user sent be over, and purge."""
    gallery.owner.execute(
        "update wa.media set expires_at = now() - interval '1 second' from public.profiles as owner"
        " where owner.user_id = media.user_id and whatsapp_e164 = %s",
        (f"+{sender}",),
    )
    gallery.edge.execute("call public.wa_retention_purge()")


async def is_stored(gallery: Gallery, key: str) -> bool:
    """Say whether the bytes are there."""
    return await gallery.store.size(key) is not None


async def test_bytes_stay_while_anybody_keeps_them_and_go_with_the_last(
    kept: Gallery, deletions: MediaDeletions
) -> None:
    key = kept.media()[0]["key"]

    expire(kept, ANA)
    assert await deletions.delete_some() == 0
    assert await is_stored(kept, key)

    expire(kept, BEN)
    assert await deletions.delete_some() == 1
    assert not await is_stored(kept, key)


async def test_bytes_that_were_just_being_stored_are_deleted_an_hour_later(
    kept: Gallery, deletions: MediaDeletions
) -> None:
    key = kept.media()[0]["key"]
    expire(kept, ANA)
    expire(kept, BEN)
    await deletions.delete_some()
    await kept.store.put(key, b"late", "image/png")

    assert await deletions.delete_some() == 0
    kept.owner.execute("update wa.media_objects set delete_at = now()")
    assert await deletions.delete_some() == 1

    assert not await is_stored(kept, key)
    assert kept.objects() == []


async def test_of_two_who_delete_at_once_the_other_takes_what_is_left(
    kept: Gallery, connect: Connect
) -> None:
    expire(kept, ANA)
    expire(kept, BEN)
    claim = "select count(*) from public.wa_media_deletions_claim()"
    other = connect("wa_worker_role")
    other.execute("set lock_timeout = '50ms'")
    with kept.worker.transaction():
        assert value(kept.worker, claim) == 1
        assert value(other, claim) == 0


async def test_a_store_that_is_away_keeps_the_deletion_due(
    kept: Gallery, deletions: MediaDeletions, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = kept.media()[0]["key"]
    expire(kept, ANA)
    expire(kept, BEN)

    async def fail(_: str) -> None:
        raise StoreError("away")

    with monkeypatch.context() as patched:
        patched.setattr(kept.store, "delete", fail)
        assert await deletions.delete_some() == 0
    kept.owner.execute("update wa.media_objects set delete_at = now()")

    assert await deletions.delete_some() == 1
    assert not await is_stored(kept, key)


async def test_what_comes_again_after_it_was_given_up_has_bytes_of_its_own(
    kept: Gallery, deletions: MediaDeletions
) -> None:
    expire(kept, ANA)
    expire(kept, BEN)
    kept.send()
    await kept.work()
    await deletions.delete_some()

    again = kept.only()
    assert again["sha256"] == SHA256
    assert await is_stored(kept, again["key"])


async def test_whoever_is_erased_takes_their_media_and_nobody_elses(
    kept: Gallery, deletions: MediaDeletions, connect: Connect
) -> None:
    operator = connect("wa_operator_role")
    key = kept.media()[0]["key"]

    operator.execute("select public.wa_erase_profile(%s)", (ANA,))
    await deletions.delete_some()
    assert len(kept.media()) == 1
    assert await is_stored(kept, key)

    operator.execute("select public.wa_erase_profile(%s)", (BEN,))
    await deletions.delete_some()
    assert kept.media() == []
    assert not await is_stored(kept, key)


async def test_two_who_delete_the_last_two_leave_nothing_behind(
    kept: Gallery, connect: Connect
) -> None:
    first, second = kept.owner, connect()
    one, other = (media["id"] for media in kept.media())
    second.execute("set lock_timeout = '50ms'")
    with first.transaction():
        first.execute("delete from wa.media where id = %s", (one,))
        with pytest.raises(LockNotAvailable):
            second.execute("delete from wa.media where id = %s", (other,))
    second.execute("delete from wa.media where id = %s", (other,))

    assert [one["unwanted_at"] is not None for one in kept.objects()] == [True]


async def test_the_export_names_what_a_person_sent(kept: Gallery, connect: Connect) -> None:
    exported = value(
        connect("wa_operator_role"), "select public.wa_export_profile(%s) -> 'media'", ANA
    )

    assert [(one["kind"], one["sha256"], one["status"]) for one in exported] == [
        ("image", SHA256, "stored")
    ]


async def test_what_joins_two_profiles_joins_their_media(
    kept: Gallery, connection: Connection[DictRow]
) -> None:
    ana, ben = (media["user_id"] for media in kept.media())
    connection.execute("select wa.merge_profiles(%s, %s)", (ana, ben))

    assert [media["user_id"] for media in kept.media()] == [ana, ana]


def test_bytes_that_nobody_deletes_are_told(gallery: Gallery, connect: Connect) -> None:
    gallery.fetch_on_arrival("image")
    gallery.send()
    expire(gallery, ANA)
    gallery.owner.execute("update wa.media_objects set unwanted_at = now() - interval '61 minutes'")

    problems = value(connect("wa_operator_role"), "select public.wa_status() -> 'problems'")

    (problem,) = (one for one in problems if one["code"] == "media_not_deleted")
    assert problem["needs_person"]
    assert "1 files are still in the media store" in problem["message"]
