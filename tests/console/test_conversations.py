"""What people do at the desk, each as their own role on a real database."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.dispatching import value, values
from tests.handover.conftest import ANA
from wa_webhook.console import database

if TYPE_CHECKING:
    import httpx

    from tests.console.conftest import Console
    from tests.handover.conftest import Desk

pytestmark = pytest.mark.any_server


def path_of(desk: Desk, below: str = "") -> str:
    user_id = value(desk.owner, "select user_id from public.profiles")
    return f"/api/conversations/{user_id}{below}"


async def reply(
    browser: httpx.AsyncClient, desk: Desk, key: str | None = None, **said: Any
) -> httpx.Response:
    asked = {"key": key or str(uuid4()), **said}
    return await browser.post(path_of(desk, "/reply"), json=asked)


async def test_an_agent_takes_reads_answers_notes_and_gives_back(
    console: Console, desk: Desk
) -> None:
    async with console() as browsers:
        kim = await browsers.of("Kim")
        assert (await kim.get("/api/conversations")).json() == {"conversations": []}
        searched = await kim.get("/api/conversations", params={"search": ANA})
        (found,) = searched.json()["conversations"]
        assert found["recipient"] == ANA
        taken = await kim.post(path_of(desk, "/take"), json={"number": found["phone_number_id"]})
        assert taken.json()["agent"] == "Kim"
        desk.hears("Is anybody there?")
        (waiting,) = (await kim.get("/api/conversations")).json()["conversations"]
        assert (waiting["agent"], waiting["last_text"]) == ("Kim", "Is anybody there?")
        key = str(uuid4())
        for _ in range(2):
            assert (await reply(kim, desk, key, text="Kim *here*.")).status_code == 200
        await kim.post(path_of(desk, "/notes"), json={"body": "Likes tea."})
        opened = (await kim.get(path_of(desk))).json()
        assert [one["body"] for one in opened["notes"]] == ["Likes tea."]
        last = opened["messages"][-1]
        assert (last["kind"], last["text"], last["author"]) == (
            "text",
            "Kim *here*.",
            "colleague/Kim",
        )
        assert opened["messages"][1]["kind"] in {"list", "buttons"}
        deleted = await kim.post(f"/api/notes/{opened['notes'][0]['id']}/delete", json={})
        assert deleted.json() == {"deleted": True}
        await kim.post(path_of(desk, "/hand-back"), json={})
        assert (await kim.get("/api/conversations")).json() == {"conversations": []}
    assert desk.answers()[1:] == ["Kim *here*."]


async def test_of_two_agents_who_take_it_at_once_one_has_it_and_the_other_hears_who(
    console: Console, desk: Desk
) -> None:
    async with console() as browsers:
        kim, lee = await browsers.of("Kim"), await browsers.of("Lee")
        answers = await asyncio.gather(
            *(one.post(path_of(desk, "/take"), json={}) for one in (kim, lee))
        )
        by_status = {answer.status_code: answer.json() for answer in answers}
        assert set(by_status) == {200, 409}
        winner = by_status[200]["agent"]
        assert by_status[409] == {"error": f"{winner} has this conversation", "code": "WA070"}
        loser = lee if winner == "Kim" else kim
        assert (await reply(loser, desk, text="Me too")).status_code == 409
        taken = await loser.post(path_of(desk, "/take"), json={"from_colleague": True})
        assert taken.json()["agent"] != winner


async def test_a_reader_reads_and_the_database_refuses_the_rest(
    console: Console, desk: Desk
) -> None:
    async with console() as browsers:
        rae = await browsers.of("Rae")
        desk.takes()
        opened = (await rae.get(path_of(desk))).json()
        assert opened["recipient"] == "+346***22"
        assert [one["kind"] for one in opened["messages"]] == ["text", "text"]
        for below, body in (
            ("/take", {"from_colleague": True}),
            ("/hand-back", {}),
            ("/notes", {"body": "x"}),
        ):
            answer = await rae.post(path_of(desk, below), json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "42501")
        assert (await reply(rae, desk, text="I am no agent")).status_code == 403
        for path in ("/api/status", "/api/actions"):
            assert (await rae.get(path)).status_code == 403
    assert len(desk.answers()) == 1


async def test_an_agent_sees_no_status_and_an_operator_does_with_what_to_do_next(
    console: Console, desk: Desk
) -> None:
    desk.owner.execute("update wa.queue_state set paused_until = 'infinity', paused_reason = 'x'")
    async with console() as browsers:
        kim, olu = await browsers.of("Kim"), await browsers.of("Olu")
        assert (await kim.get("/api/status")).status_code == 403
        status = (await olu.get("/api/status")).json()
        assert "wa_queue_resume" in repr(status["problems"])
        actions = (await olu.get("/api/actions")).json()["actions"]
        assert [one["agent"] for one in actions] == ["Olu", "Kim"]


async def test_outside_the_window_a_text_is_refused_and_a_template_queued(
    console: Console, desk: Desk
) -> None:
    desk.takes()
    desk.owner.execute("update wa.service_windows set last_inbound_at = now() - interval '2 days'")
    async with console() as browsers:
        kim = await browsers.of("Kim")
        refused = await reply(kim, desk, text="Still there?")
        assert (refused.status_code, refused.json()["code"]) == (422, "WA072")
        template = {"name": "still_there", "language": "en", "parameters": ["Ana"]}
        assert (await reply(kim, desk, template=template)).status_code == 200
        assert (await reply(kim, desk, text="a", template=template)).status_code == 400
    (sent,) = values(
        desk.owner, "select payload from public.notifications where author = 'colleague/Kim'"
    )
    assert sent["template"]["components"][0]["parameters"] == [{"type": "text", "text": "Ana"}]


async def test_what_nobody_goes_by_and_what_is_no_moment_are_told(
    console: Console, desk: Desk
) -> None:
    async with console() as browsers:
        kim = await browsers.of("Kim")
        nobody = await kim.get(f"/api/conversations/{uuid4()}")
        assert (nobody.status_code, nobody.json()["code"]) == (404, "WA043")
        assert (await kim.get(path_of(desk, "?before=yesterdayish"))).status_code == 400
        assert (await kim.get(path_of(desk, "?number=1"))).status_code == 422


async def test_a_database_that_is_away_is_told_as_such(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_ACQUIRE_SECONDS", 1.0)
    away = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    async with console(wa_console_reader_database_url=away) as browsers:
        answer = await browsers.open().post(
            "/api/sign-in", json={"name": "Rae", "password": "correct horse"}
        )
        assert answer.status_code == 503
        assert "set-cookie" not in answer.headers
