"""What each store does alike: a folder, and a real object store over S3."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.fixtures.machine import requires
from tests.media.conftest import SWIFT
from wa_webhook.doctor.check import Outcome
from wa_webhook.doctor.media import check_store
from wa_webhook.media.folder import FolderStore
from wa_webhook.media.s3 import S3Store
from wa_webhook.media.settings import MediaSettings, open_store
from wa_webhook.media.store import MissingMediaError, StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.media.conftest import ObjectStorage
    from wa_webhook.media.store import MediaStore

KEY = "ab/4f0c-17"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(5000)
WRONG = "guessed-secret"
SECOND_KEY = "tested"
TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture(params=["folder", pytest.param("s3", marks=requires(SWIFT))])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "media")
    storage: ObjectStorage = request.getfixturevalue("object_storage")
    return storage.open(storage.make_bucket(), prefix="users/sent")


async def test_what_is_put_is_given_back_byte_for_byte(store: MediaStore) -> None:
    await store.put(KEY, b"before", "image/png")
    await store.put(KEY, PICTURE, "image/png")

    assert await store.get(KEY) == PICTURE
    assert await store.size(KEY) == len(PICTURE)


async def test_what_is_deleted_is_gone_however_often(store: MediaStore) -> None:
    await store.put(KEY, PICTURE, "image/png")

    await store.delete(KEY)
    await store.delete(KEY)

    assert await store.size(KEY) is None
    with pytest.raises(MissingMediaError):
        await store.get(KEY)


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "a//b", ".hidden", "a/../b", "A", ""])
async def test_a_key_leads_nowhere_else(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        await FolderStore(tmp_path).put(key, PICTURE, "image/png")


def test_files_are_readable_to_their_owner_alone(tmp_path: Path) -> None:
    FolderStore._put(tmp_path / "media" / "one", PICTURE)

    assert (tmp_path / "media").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "media" / "one").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "media").iterdir()] == ["one"]


@requires(SWIFT)
async def test_a_link_gives_whoever_has_it_just_this_object(object_storage: ObjectStorage) -> None:
    bucket = object_storage.make_bucket()
    store = object_storage.open(bucket)
    await store.put(KEY, PICTURE, "image/png")
    await store.put("other", b"secret", "text/plain")

    link = await store.sign(KEY, TEN_MINUTES)
    assert "X-Amz-Expires=600" in link
    async with httpx.AsyncClient() as http:
        found = await http.get(link)
        others = [
            await http.get(other)
            for other in (
                link.partition("?")[0],
                link.replace(KEY, "other"),
                link.replace("X-Amz-Expires=600", "X-Amz-Expires=6000"),
            )
        ]

    assert (found.content, found.headers["content-type"]) == (PICTURE, "image/png")
    assert all(other.is_error for other in others)


@requires(SWIFT)
async def test_a_second_key_of_the_bucket_takes_over_what_the_first_has_stored(
    object_storage: ObjectStorage,
) -> None:
    bucket = object_storage.make_bucket()
    await object_storage.open(bucket).put(KEY, PICTURE, "image/png")
    store = object_storage.open(
        bucket, access_key_id="test:successor", secret_access_key=SECOND_KEY
    )

    assert await store.get(KEY) == PICTURE
    await store.delete(KEY)
    assert await store.size(KEY) is None


@requires(SWIFT)
async def test_a_wrong_secret_is_told_without_it(object_storage: ObjectStorage) -> None:
    store = object_storage.open(object_storage.make_bucket(), secret_access_key=WRONG)

    with pytest.raises(StoreError) as refused:
        await store.put(KEY, PICTURE, "image/png")

    assert not isinstance(refused.value, MissingMediaError)
    assert WRONG not in str(refused.value)


async def test_an_object_store_that_is_away_is_a_store_error() -> None:
    store = S3Store(
        "media", endpoint="http://127.0.0.1:1", access_key_id="a", secret_access_key=WRONG
    )

    with pytest.raises(StoreError):
        await store.size(KEY)


@requires(SWIFT)
def test_the_doctor_tries_the_store(
    object_storage: ObjectStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outcome_with(secret: str) -> Outcome:
        monkeypatch.setenv("WA_MEDIA_S3_SECRET_ACCESS_KEY", secret)
        (check,) = check_store()
        return check.outcome

    assert list(check_store()) == []
    monkeypatch.setenv("WA_MEDIA_STORE", f"s3://{object_storage.make_bucket()}")
    monkeypatch.setenv("WA_MEDIA_S3_ENDPOINT", object_storage.endpoint)
    monkeypatch.setenv("WA_MEDIA_S3_ACCESS_KEY_ID", object_storage.access_key_id)
    assert outcome_with(object_storage.secret_access_key) is Outcome.OK
    assert outcome_with(WRONG) is Outcome.FAIL


def test_the_environment_chooses_the_store(tmp_path: Path) -> None:
    def chosen(place: str) -> MediaStore | None:
        return open_store(MediaSettings(_env_file=None, wa_media_store=place))

    assert chosen("") is None
    assert isinstance(chosen(str(tmp_path)), FolderStore)
    assert isinstance(chosen("s3://media/users"), S3Store)
    with pytest.raises(ValueError, match="come together"):
        MediaSettings(_env_file=None, wa_media_s3_access_key_id="only")
