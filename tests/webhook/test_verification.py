"""Meta's challenge when the callback is edited."""

import pytest

from tests.webhook.conftest import VERIFY_TOKEN, Webhook

CHALLENGE = {
    "hub.mode": "subscribe",
    "hub.verify_token": VERIFY_TOKEN,
    "hub.challenge": "1158201444",
}


async def test_the_right_token_is_answered_with_the_bare_challenge(webhook: Webhook) -> None:
    response = await webhook.http.get("/webhook", params=CHALLENGE)
    assert (response.status_code, response.text) == (200, "1158201444")
    assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "changed",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": ""},
        {"hub.verify_token": VERIFY_TOKEN + "\N{LATIN SMALL LETTER E WITH ACUTE}"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": ""},
    ],
)
async def test_anything_else_is_forbidden_in_one_line_of_json(
    webhook: Webhook, changed: dict[str, str]
) -> None:
    response = await webhook.http.get("/webhook", params=CHALLENGE | changed)
    assert response.status_code == 403
    assert set(response.json()) == {"error"}
    assert VERIFY_TOKEN not in response.text


async def test_a_request_without_parameters_is_forbidden(webhook: Webhook) -> None:
    assert (await webhook.http.get("/webhook")).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("PUT", "/webhook", 405),
        ("POST", "/healthz", 405),
        ("POST", "/webhook/", 404),
        ("GET", "/webhook/", 404),
        ("POST", "//webhook", 404),
    ],
)
async def test_other_paths_and_methods_are_refused_in_one_line_of_json(
    webhook: Webhook, method: str, path: str, status: int
) -> None:
    url = f"{str(webhook.http.base_url).rstrip('/')}{path}"
    response = await webhook.http.request(method, url, headers={"Host": "elsewhere.example"})
    assert response.status_code == status
    assert "location" not in response.headers
    assert set(response.json()) == {"error"}
    assert response.text.count("\n") == 1
