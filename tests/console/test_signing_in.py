"""Who comes in at the desk, for how long, and what keeps everybody else out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from tests.console.conftest import PASSWORD, sign_in
from tests.dispatching import values
from wa_webhook.console.people import Attempts, PeopleError, describe, read_people
from wa_webhook.console.sessions import Sessions

if TYPE_CHECKING:
    import httpx
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.console.conftest import Console

pytestmark = pytest.mark.any_server
ACTIONS = "select agent || ' ' || action from wa.desk_actions order by id"


async def is_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/api/me")).status_code == 200


async def test_whoever_signs_in_is_known_until_they_sign_out(
    console: Console, connection: Connection[DictRow]
) -> None:
    async with console() as browsers:
        browser = browsers.open()
        assert not await is_in(browser)
        answer = await sign_in(browser, "Kim")
        assert answer.json() == {
            "name": "Kim",
            "role": "agent",
            "may_answer": True,
            "may_operate": False,
            "may_send_pictures": False,
        }
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        copy = browsers.open()
        copy.cookies = browser.cookies.__class__(browser.cookies)
        assert await is_in(copy)
        await browser.post("/api/sign-out", json={})
        assert not await is_in(browser)
        assert not await is_in(copy)
    assert values(connection, ACTIONS) == ["Kim signed_in", "Kim signed_out"]


async def test_who_gets_a_new_entry_signs_in_anew_and_not_with_what_was_before(
    console: Console,
) -> None:
    async with console() as browsers:
        kim, lee = await browsers.of("Kim"), await browsers.of("Lee")
    changed = [describe("Kim", "agent", "another horse"), describe("Lee", "agent", PASSWORD)]
    async with console(wa_console_people=SecretStr(",".join(changed))) as browsers:
        for before in (kim, lee):
            browser = browsers.open()
            browser.cookies = before.cookies
            assert not await is_in(browser)
        assert (await sign_in(browsers.open(), "Kim")).status_code == 401
        assert (await sign_in(browsers.open(), "Kim", "another horse")).status_code == 200
        assert (await sign_in(browsers.open(), "Lee")).status_code == 200


async def test_a_wrong_password_and_a_name_of_nobody_are_told_alike(console: Console) -> None:
    async with console() as browsers:
        browser = browsers.open()
        wrong = await sign_in(browser, "Kim", "wrong")
        nobody = await sign_in(browser, "Nobody")
        assert (wrong.status_code, wrong.text) == (nobody.status_code, nobody.text)
        assert wrong.status_code == 401
        assert "set-cookie" not in wrong.headers
        assert not await is_in(browser)
        assert b'wa_console_sign_in_total{outcome="refused"} 2.0' in await browsers.metrics.render()


async def test_after_some_failures_even_the_right_password_waits(console: Console) -> None:
    async with console(wa_console_failed_sign_ins=2) as browsers:
        browser = browsers.open()
        for _ in range(2):
            await sign_in(browser, "Kim", "wrong")
        refused = await sign_in(browser, "Kim")
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 901
        assert (await sign_in(browser, "Lee")).status_code == 200


@pytest.mark.parametrize("cookie", ["", "x" * 43, "eyJuYW1lIjoiS2ltIn0.signed"])
async def test_a_cookie_that_somebody_made_up_is_nobodys(console: Console, cookie: str) -> None:
    async with console() as browsers:
        await browsers.of("Kim")
        browser = browsers.open()
        browser.cookies.set("wa_console", cookie)
        for path in ("/api/me", "/api/conversations", "/api/feed", "/api/status"):
            assert (await browser.get(path)).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Host": "evil.example"}, 400),
    ],
)
async def test_what_another_site_sends_is_refused_though_the_cookie_comes_along(
    console: Console, headers: dict[str, str], status: int
) -> None:
    async with console() as browsers:
        browser = await browsers.of("Kim")
        path = "/api/sign-out"
        answer = await browser.post(
            path, content=b"{}", headers={"Content-Type": "application/json"} | headers
        )
        assert answer.status_code == status
        assert await is_in(browser)


async def test_beyond_the_loopback_the_cookie_is_sent_over_tls_alone(console: Console) -> None:
    async with console(wa_console_hosts="desk.example") as browsers:
        browser = browsers.open("https://desk.example")
        cookie = (await sign_in(browser, "Kim")).headers["set-cookie"]
        assert cookie.startswith("__Host-wa_console=")
        assert "; Secure" in cookie
        assert await is_in(browser)


async def test_without_a_connection_nobody_of_that_role_comes_in(console: Console) -> None:
    people = describe("Kim", "agent", PASSWORD)
    with pytest.raises(ValueError, match="WA_CONSOLE_AGENT_DATABASE_URL"):
        async with console(wa_console_agent_database_url=None, wa_console_people=people):
            pass


def test_a_session_ends_by_itself() -> None:
    now = [0.0]
    sessions = Sessions(60, lambda: now[0])
    token = sessions.begin(_kim(), float("inf"), None)
    now[0] = 59.9
    assert sessions.find(token)
    now[0] = 60.0
    assert sessions.find(token) is None


def test_failures_are_forgotten_after_a_while_and_all_that_come_at_once_count() -> None:
    now = [0.0]
    attempts = Attempts(3, 900, lambda: now[0])
    for _ in range(3):
        assert attempts.wait_for("Kim") == 0
        attempts.begin("Kim")
    assert attempts.wait_for("Kim") == 900
    now[0] = 900.0
    assert attempts.wait_for("Kim") == 0


@pytest.mark.usefixtures("quick_passwords")
@pytest.mark.parametrize(
    "text", ["Kim", "Kim:agent:x:y", "Kim:boss:{0}:{0}", ":agent:{0}:{0}", "Kim:agent:{0}:{0},{1}"]
)
def test_an_entry_that_is_none_is_told_without_what_is_in_it(text: str) -> None:
    with pytest.raises(PeopleError) as error:
        read_people(text.format("A" * 32, describe("Kim", "reader", PASSWORD)))
    assert "AAAA" not in str(error.value)


def _kim() -> Any:
    return read_people(describe("Kim", "agent", PASSWORD))["Kim"].person
