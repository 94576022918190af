"""What a browser is sent before it shows a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpx
import pytest

from wa_webhook.console.app import STATIC as DESK
from wa_webhook.pages import page_app
from wa_webhook.phone.app import STATIC as PHONE

if TYPE_CHECKING:
    from pathlib import Path

MOST_FILES, MOST_BYTES = 20, 32_000
_REFERENCE = re.compile(r'(?:href|src)="((?:components|static)/[^"]+)"|from "(\.\.?/[^"]+)"')


@pytest.mark.parametrize("static", [PHONE, DESK], ids=["phone", "desk"])
async def test_a_page_is_small(static: Path) -> None:
    app = page_app(static, [])
    sizes: dict[str, int] = {}
    left = ["http://127.0.0.1/"]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as browser:
        while left:
            url = left.pop()
            if url in sizes:
                continue
            answer = await browser.get(url)
            assert answer.status_code == 200
            sizes[url] = answer.num_bytes_downloaded
            left += [urljoin(url, one or other) for one, other in _REFERENCE.findall(answer.text)]
    assert len(sizes) < MOST_FILES
    assert sum(sizes.values()) < MOST_BYTES
