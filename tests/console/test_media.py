"""What users sent, as the desk shows it, and pictures that it sends."""

from __future__ import annotations

import base64
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.dispatching import value, values
from tests.media.conftest import gallery
from tests.media.gallery import PICTURE
from tests.media.test_using import kept

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.console.conftest import Console
    from tests.handover.conftest import Desk
    from tests.media.gallery import Gallery

__all__ = ["gallery", "kept"]

pytestmark = pytest.mark.any_server


async def test_an_agent_sees_a_picture_that_a_user_sent_and_a_reader_does_not(
    console: Console, kept: Gallery, tmp_path: Path
) -> None:
    user_id = value(kept.owner, "select user_id from public.profiles")
    path = f"/api/conversations/{user_id}"
    async with console(wa_media_store=str(tmp_path / "media")) as browsers:
        kim, rae = await browsers.of("Kim"), await browsers.of("Rae")
        (picture,) = (await kim.get(path)).json()["messages"]
        url = picture["media"]["url"]
        shown = await kim.get(f"/{url}")
        assert shown.content == PICTURE
        assert shown.headers["content-type"] == kept.objects()[0]["mime_type"]
        assert "sandbox" in shown.headers["content-security-policy"]
        assert (await rae.get(f"/{url}")).status_code == 403
        assert (await browsers.open().get(f"/{url}")).status_code == 401
        assert (await kim.get("/api/media/wamid.nothing")).status_code == 404
        assert "media" not in (await rae.get(path)).json()["messages"][0]
        await kept.store.delete(kept.objects()[0]["key"])
        assert (await kim.get(f"/{url}")).status_code == 503
    async with console() as browsers:
        (picture,) = (await (await browsers.of("Kim")).get(path)).json()["messages"]
        assert "url" not in picture["media"]


async def reply(browser: httpx.AsyncClient, path: str, picture: bytes, **given: Any) -> Any:
    asked = {"picture": base64.b64encode(picture).decode(), "key": str(uuid.uuid4()), **given}
    return await browser.post(f"{path}/reply", json=asked)


async def test_an_agent_answers_with_a_picture_that_the_desk_shows_and_a_reader_does_not(
    console: Console, desk: Desk, tmp_path: Path
) -> None:
    user_id = value(desk.owner, "select user_id from public.profiles")
    path = f"/api/conversations/{user_id}"
    largest = PICTURE + bytes(5 * 2**20 - len(PICTURE))
    async with console(wa_media_store=str(tmp_path / "media")) as browsers:
        kim, rae = await browsers.of("Kim"), await browsers.of("Rae")
        await kim.post(f"{path}/take", json={})
        sent = await reply(kim, path, largest, text="Here.")
        assert sent.status_code == 200, sent.text
        picture = (await kim.get(path)).json()["messages"][-1]
        assert (picture["id"], picture["text"]) == (str(sent.json()["id"]), "Here.")
        shown = await kim.get(f"/{picture['media']['url']}")
        assert (shown.content, shown.headers["content-type"]) == (largest, "image/png")
        assert (await rae.get(f"/{picture['media']['url']}")).status_code == 403
        for browser, content, status, told in (
            (rae, PICTURE, 403, "your role may not do this"),
            (kim, largest + b"0", 413, "more than 5 MB"),
            (
                kim,
                b"RIFF0000WEBPVP8 " + bytes(100),
                422,
                "JPEG and PNG, and this file is image/webp",
            ),
            (kim, largest * 2, 413, ""),
        ):
            refused = await reply(browser, path, content)
            assert (refused.status_code, told in refused.text) == (status, True), refused.text
        (tmp_path / "media").rename(tmp_path / "away")
        (tmp_path / "media").touch()
        refused = await reply(kim, path, PICTURE)
        assert (refused.status_code, refused.json()["error"][:15]) == (503, "the media store")
        too_long = await kim.post(f"{path}/take", json={"number": "1" * 300_000})
        assert too_long.status_code == 413
    async with console() as browsers:
        kim = await browsers.of("Kim")
        assert not (await kim.get("/api/me")).json()["may_send_pictures"]
        assert (await reply(kim, path, PICTURE)).status_code == 422
    answers = "select count(*) from public.notifications where author <> 'bot'"
    assert value(desk.owner, answers) == 1
    assert values(desk.owner, "select status from wa.media order by id") == ["stored", "wanted"]
