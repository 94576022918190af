"""What is stored is given out: by links that end, and as messages that are uploaded once."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote, urlsplit

import pytest
from psycopg.types.json import Jsonb
from typer.testing import CliRunner, Result

from tests.dispatching import value, values
from tests.fixtures.names import current_names, environment_of
from tests.media.gallery import ANA, PICTURE, TOKEN, Gallery
from tests.notifier.conftest import until
from tests.payloads import PHONE_NUMBER_ID
from wa_webhook.cli import app
from wa_webhook.dev.stack import Ports, run_stack
from wa_webhook.notifier.media import MediaMaker, UnusableMediaError
from wa_webhook.notifier.process import open_notifier
from wa_webhook.notifier.settings import NotifierSettings

if TYPE_CHECKING:
    from tests.fixtures.postgres import Connect, Database
    from wa_webhook.dev.postgres import LocalPostgres

pytestmark = pytest.mark.any_server

GIVES_A_LINK = """
create or replace function wa.step_photo(p_chat wa.chat) returns wa.step_result
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if wa.task_result(p_chat) is not null then
    return wa.stay(wa.build_text(wa.task_result(p_chat) #>> '{result,url}'));
  end if;
  return wa.wait_for(p_chat, wa.request_media_link(p_chat, (select max(id) from wa.media)));
end
$$;
"""


@pytest.fixture
async def kept(gallery: Gallery) -> Gallery:
    """A gallery with one picture of Ana's."""
    gallery.fetch_on_arrival("image")
    gallery.send()
    await gallery.work()
    gallery.owner.execute("delete from public.notifications")
    return gallery


def send_again(gallery: Gallery) -> None:
    """Queue the picture for Ana."""
    gallery.owner.execute(
        "select public.wa_notify(%s, wa.build_stored_media(%s, 'yours'))",
        (f"+{ANA}", gallery.only()["id"]),
    )


async def test_a_step_gives_a_link(kept: Gallery) -> None:
    kept.owner.execute(GIVES_A_LINK.encode())
    kept.say("photo")
    await kept.work()

    link = urlsplit(kept.last_reply())
    assert link.scheme == "file"
    assert Path(unquote(link.path)).read_bytes() == PICTURE  # noqa: ASYNC240


def test_a_desk_finds_the_media_of_the_messages_that_it_names(
    kept: Gallery, connect: Connect
) -> None:
    found = "select key from public.wa_desk_media(array[%s])"
    agent = connect("wa_agent_role")
    assert values(agent, found, kept.only()["wa_message_id"]) == [kept.only()["key"]]
    assert values(agent, found, "wamid.of-another") == []


def test_there_is_nothing_to_give_and_to_read_of_what_is_not_stored(kept: Gallery) -> None:
    kept.send(b"other")

    for called in ("build_stored_media(max(id))", "request_reading(null, max(id))"):
        assert value(kept.owner, f"select wa.{called} from wa.media") is None


async def test_what_is_sent_twice_is_uploaded_once(
    kept: Gallery, database: Database, tmp_path: Path
) -> None:
    settings = NotifierSettings(
        _env_file=None,
        wa_database_url=database.url("wa_notifier_role"),
        wa_metrics_port=None,
        wa_token=TOKEN,
        wa_phone_id=PHONE_NUMBER_ID,
        whatsapp_api_base_url=str(kept.client._base_url),
        wa_media_store=str(tmp_path / "media"),
        wa_notify_poll_seconds=0.05,
    )
    received = set(kept.graph.record.media)
    send_again(kept)
    async with open_notifier(settings) as notifier:
        running = asyncio.create_task(notifier.run())
        await until(lambda: len(kept.graph.record.accepted) == 1)
        await until(lambda: value(kept.owner, "select count(*) from wa.media_cache") == 1)
        send_again(kept)
        await until(lambda: len(kept.graph.record.accepted) == 2)
        notifier.stop()
        await running

    (uploaded,) = set(kept.graph.record.media) - received
    assert kept.graph.record.media[uploaded].content == PICTURE
    assert [one.request["image"] for one in kept.graph.record.accepted] == [
        {"id": uploaded, "caption": "yours"}
    ] * 2


async def test_what_was_deleted_before_it_was_sent_is_not_sent(
    kept: Gallery, connect: Connect
) -> None:
    send_again(kept)
    # An earlier upload that Meta still has makes no difference.
    kept.owner.execute(
        "insert into wa.media_cache"
        " select sender || ':stored:' || id, '1', now() + interval '1 day'"
        " from wa.media_objects cross join unnest(array['', %s]) as sender",
        (PHONE_NUMBER_ID,),
    )
    kept.owner.execute("delete from wa.media")

    upload = value(
        connect("wa_notifier_role"), "select upload from public.wa_notifications_claim('n')"
    )

    with pytest.raises(UnusableMediaError, match="stored no longer"):
        await MediaMaker(None, kept.store, most_at_once=1).make(upload, "image")


def test_a_message_cannot_name_anything_else_in_the_store(gallery: Gallery) -> None:
    problem = "select wa.find_payload_problem(%s)"
    payload = {"type": "image", "image": {"stored": "../../secret"}}

    assert "wa.media_objects" in value(gallery.owner, problem, Jsonb(payload))


async def test_media_are_kept_for_as_long_as_a_flow_says(kept: Gallery) -> None:
    kept.owner.execute("select wa.keep_media(%s, '1 year')", (kept.only()["id"],))
    kept.owner.execute("update wa.media set received_at = now() - interval '90 days'")
    kept.edge.execute("call public.wa_retention_purge()")

    assert kept.only()["status"] == "stored"


@pytest.fixture
def operator_environment(
    kept: Gallery, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an operator's shell has."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WA_DATABASE_URL", database.url("wa_operator_role"))
    monkeypatch.setenv("WA_MEDIA_STORE", str(tmp_path / "media"))
    for name, given in environment_of(current_names()).items():
        monkeypatch.setenv(name, given)


def run(*arguments: str) -> Result:
    """Run `wa-webhook media`."""
    return CliRunner().invoke(app, ["media", *arguments])


@pytest.mark.usefixtures("operator_environment")
async def test_an_operator_gets_a_link_and_the_bytes(kept: Gallery, tmp_path: Path) -> None:
    media = str(kept.only()["id"])
    link, got, again, nothing = await asyncio.to_thread(
        lambda: (
            run("link", media, "--minutes", "10"),
            run("get", media, "card.png"),
            run("get", media, "card.png"),
            run("link", "999"),
        )
    )

    assert link.stdout.startswith("file://")
    assert got.stdout == f"card.png: image/png, {len(PICTURE)} bytes\n"
    assert (tmp_path / "card.png").read_bytes() == PICTURE
    assert (tmp_path / "card.png").stat().st_mode & 0o777 == 0o600
    assert (again.exit_code, again.stderr) == (1, "card.png: File exists\n")
    assert (nothing.exit_code, nothing.stderr) == (1, "nothing is stored as media 999\n")


async def test_a_file_that_is_said_in_development_is_stored_in_its_folder(
    gallery: Gallery, database: Database, tmp_path: Path
) -> None:
    card = tmp_path / "card.png"
    card.write_bytes(PICTURE)
    gallery.fetch_on_arrival("image")
    # All that the stack asks of a server of its own.
    postgres = cast("LocalPostgres", database)

    async with run_stack(postgres, Ports.take(), media=tmp_path / "dev") as stack:
        ports = [str(urlsplit(url).port) for url in (stack.webhook_url, stack.graph_url)]
        said = await asyncio.to_thread(
            CliRunner().invoke,
            app,
            ["say", "--file", str(card), "mine", "--port", ports[0], "--graph-port", ports[1]],
        )
        await until(lambda: gallery.only()["status"] == "stored")

    assert said.exit_code == 0, said.output
    assert (tmp_path / "dev" / gallery.only()["key"]).read_bytes() == PICTURE


@pytest.mark.usefixtures("operator_environment")
async def test_an_export_says_which_bytes_the_store_does_not_have(
    kept: Gallery, tmp_path: Path
) -> None:
    await kept.store.delete(kept.only()["key"])

    def export(*options: str) -> Result:
        return CliRunner().invoke(app, ["person", "export", f"+{ANA}", *options])

    lost, full = await asyncio.to_thread(
        lambda: (
            export("--media-to", str(tmp_path / "new")),
            export("--media-to", str(tmp_path)),
        )
    )
    assert (lost.exit_code, json.loads(lost.stdout)["media"][0]["file"]) == (1, None)
    assert "\nmedia 1: " in lost.stderr
    assert (full.exit_code, full.stdout) == (2, "")
