"""What keeps our pages from other sites, and from what people send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wa_webhook.pages import file_response, page_app, read_json

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

SITE = "http://127.0.0.1:8080"


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str


async def take(request: Request) -> Response:
    return JSONResponse((await read_json(request, Note)).model_dump())


@pytest.fixture
def page(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "index.html").write_text("<!doctype html><title>A page</title>")
    app = page_app(tmp_path, [Route("/notes", take, methods=["POST"])], most_bytes=1000)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SITE)


async def test_nothing_inline_and_nothing_of_others_runs_on_a_page(page: httpx.AsyncClient) -> None:
    for path in ("/", "/components/bubble.js", "/nowhere"):
        headers = (await page.get(path)).headers
        policy = headers["content-security-policy"].split("; ")
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


async def test_a_name_that_a_stranger_points_at_us_is_refused(page: httpx.AsyncClient) -> None:
    assert (await page.get("/", headers={"Host": "rebound.example"})).status_code == 400
    assert (await page.get("/", headers={"Host": "localhost:8080"})).status_code == 200
    assert (await page.get("/", headers={"Host": "[::1]:8080"})).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": SITE}, 200),
        ({"Origin": "https://other.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": SITE, "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://127.0.0.1:9000", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
async def test_another_site_changes_nothing(
    page: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    given = {"Content-Type": "application/json"} | headers
    answer = await page.post("/notes", content='{"text": "Hello"}', headers=given)
    assert answer.status_code == status


async def test_a_body_that_does_not_fit_is_refused_with_what_is_wrong(
    page: httpx.AsyncClient,
) -> None:
    assert (await page.post("/notes", json={"text": "Hello"})).json() == {"text": "Hello"}
    refused = await page.post("/notes", json={"txt": "Hello"})
    assert (refused.status_code, refused.json()) == (400, {"error": "text: Field required"})
    assert (await page.post("/notes", json={"text": "o" * 1000})).status_code == 413


@pytest.mark.parametrize(
    ("mime_type", "told", "how"),
    [
        ("image/png", "image/png", "inline"),
        ("audio/ogg; codecs=opus", "audio/ogg", "inline"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
    ],
)
def test_what_could_hold_a_script_is_downloaded_and_not_shown(
    mime_type: str, told: str, how: str
) -> None:
    answer = file_response(b"...", mime_type, 'a "b".png')
    assert answer.headers["content-type"] == told
    assert answer.headers["content-disposition"] == f"{how}; filename*=UTF-8''a%20%22b%22.png"
    assert "sandbox" in answer.headers["content-security-policy"]
