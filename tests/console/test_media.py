"""What users sent, as the desk shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatching import value
from tests.media.conftest import gallery
from tests.media.gallery import PICTURE
from tests.media.test_using import kept

if TYPE_CHECKING:
    from pathlib import Path

    from tests.console.conftest import Console
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
