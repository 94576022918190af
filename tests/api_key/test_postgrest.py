"""The handler with an API key: which keys let it in, and what it says of those that do not."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from handler.process.listening import bind
from tests import payloads
from tests.api_key.keys import KEY_ID, SigningKey
from tests.fixtures.names import current_role
from tests.fixtures.postgrest import JWT_SECRET, PostgrestStandIn, authenticator_may_switch
from tests.webhook.conftest import Webhook, running_webhook
from wa_webhook.api_key import mint, read_secret, read_signing_key
from wa_webhook.dev.server import LocalServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from psycopg import Connection
    from psycopg.rows import DictRow
    from structlog.typing import EventDict

    from tests.fixtures.postgres import Database

EDGE = current_role("wa_edge_role")
SIGNER = read_secret(JWT_SECRET)
DAY = timedelta(days=1)
KEPT = "select reason, body from wa.kept_payloads order by id"
OBJECT_MEMBERS = [
    b'1,"other":2',
    b'{},"payload":1',
    b"{}}",
    b'{},"options":{"keep":[{}]}',
    b"null,null",
]


@asynccontextmanager
async def calling(
    database: Database,
    token: str,
    *,
    keys: Mapping[str, Any] | None = None,
    project_key: str | None = None,
    exposed: Sequence[str] | None = None,
    **settings: Any,
) -> AsyncIterator[Webhook]:
    """Run a handler with that key against a project that verifies with `keys`, or its secret."""
    stand_in = PostgrestStandIn(
        database, keys or {"": JWT_SECRET}, project_key=project_key, exposed=exposed
    )
    with authenticator_may_switch(database.server, EDGE):
        async with stand_in.serve() as url:
            given = {"supabase_url": url, "wa_supabase_service_role_key": token}
            async with running_webhook(given | settings) as webhook:
                yield webhook


def refusals(webhook: Webhook) -> list[EventDict]:
    return [event for event in webhook.events if event["event"] == "API_KEY_REFUSED"]


async def test_an_expired_key_sends_webhooks_back_and_is_logged_once(database: Database) -> None:
    expired = mint(EDGE, SIGNER, DAY, now=datetime.now(UTC) - 2 * DAY).token
    async with calling(database, expired) as webhook:
        for _ in range(2):
            response = await webhook.post(payloads.text_body())
            assert response.status_code == 503
            assert int(response.headers["retry-after"]) > 0
        (event,) = refusals(webhook)
        assert (event["log_level"], event["reason"]) == ("error", "PGRST303: JWT expired")
        assert expired not in repr(webhook.events)
        ready = await webhook.http.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["problems"] == ["database: PGRST303: JWT expired"]


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (mint(EDGE, read_secret("another-secret" * 4), DAY).token, "PGRST301"),
        (mint(EDGE, read_signing_key(SigningKey.make().jwk), DAY).token, "PGRST301"),
        ("no-jwt-at-all", "PGRST301"),
        (mint("no_such_role", SIGNER, DAY).token, "22023"),
        (mint(EDGE, SIGNER, DAY, now=datetime.now(UTC) + DAY).token, "PGRST303"),
        (jwt.encode({"aud": "authenticated"}, JWT_SECRET), "42501"),
        (mint(current_role("wa_notifier_role"), SIGNER, DAY).token, "42501"),
    ],
    ids=[
        "another secret",
        "unknown signing key",
        "no JWT",
        "no such role",
        "of tomorrow",
        "no role",
        "role not granted",
    ],
)
async def test_a_key_that_opens_nothing_is_logged_and_nothing_is_lost(
    database: Database, connection: Connection[DictRow], token: str, reason: str
) -> None:
    async with calling(database, token) as webhook:
        assert (await webhook.post(payloads.text_body())).status_code == 503
        (event,) = refusals(webhook)
        assert event["reason"].startswith(reason)
    assert connection.execute("select from public.wa_events").fetchall() == []


async def test_a_key_signed_with_an_imported_signing_key_works(database: Database) -> None:
    key = SigningKey.make()
    token = mint(EDGE, read_signing_key(key.jwk), DAY).token
    keys = {KEY_ID: key.public}
    async with calling(database, token, keys=keys) as webhook:
        assert (await webhook.post(payloads.text_body())).status_code == 200


async def test_a_gateway_that_knows_only_the_projects_keys_is_shown_one(database: Database) -> None:
    token = mint(EDGE, SIGNER, DAY).token
    project = "sb_publishable_of_the_tests"
    async with calling(database, token, project_key=project) as webhook:
        assert (await webhook.post(payloads.text_body())).status_code == 503
        (event,) = refusals(webhook)
        assert event["reason"] == "401: Invalid authentication credentials"
    async with calling(
        database, token, project_key=project, wa_supabase_publishable_key=project
    ) as webhook:
        assert (await webhook.post(payloads.text_body())).status_code == 200


async def test_a_schema_that_the_project_does_not_expose_sends_webhooks_back(
    database: Database,
) -> None:
    token = mint(EDGE, SIGNER, DAY).token
    async with calling(database, token, exposed=["graphql_public"]) as webhook:
        assert (await webhook.post(payloads.text_body())).status_code == 503
        ready = await webhook.http.get("/readyz")
    assert ready.json()["problems"] == ["database: PGRST106"]


async def test_a_project_gets_another_secret_and_the_key_made_with_it_takes_what_was_sent_back(
    database: Database, connection: Connection[DictRow]
) -> None:
    secret, body = f"another-{JWT_SECRET}", payloads.text_body()
    statuses = []
    for signer in (SIGNER, read_secret(secret)):
        async with calling(database, mint(EDGE, signer, DAY).token, keys={"": secret}) as webhook:
            statuses.append((await webhook.post(body)).status_code)
    assert statuses == [503, 200]
    assert len(connection.execute("select from public.wa_events").fetchall()) == 1


async def test_the_key_reaches_the_routines_and_no_table(database: Database) -> None:
    async with calling(database, mint(EDGE, SIGNER, DAY).token) as webhook:
        assert (await webhook.post(payloads.text_body())).status_code == 200
        assert (await webhook.http.get("/readyz")).status_code == 200
        assert await webhook.figure("wa_database_up") == 1


@pytest.mark.parametrize(
    ("token", "warnings"),
    [
        (mint(EDGE, SIGNER, 90 * DAY).token, []),
        (mint(EDGE, SIGNER, 13 * DAY).token, ["API_KEY_EXPIRES_SOON"]),
        (mint("service_role", SIGNER, 90 * DAY).token, ["API_KEY_IS_ALL_ACCESS"]),
        ("sb_secret_of_the_tests", ["API_KEY_IS_ALL_ACCESS"]),
    ],
    ids=["fine", "expires soon", "service_role", "secret key"],
)
async def test_a_key_that_somebody_should_replace_is_told_at_start(
    token: str, warnings: list[str]
) -> None:
    given = {"supabase_url": "http://127.0.0.1:1", "wa_supabase_service_role_key": token}
    async with running_webhook(given) as webhook:
        said = [one["event"] for one in webhook.events if one["log_level"] == "warning"]
    assert said == warnings


async def test_a_body_of_object_members_is_refused_and_kept_like_any_that_is_no_webhook(
    database: Database, connection: Connection[DictRow]
) -> None:
    async with calling(database, mint(EDGE, SIGNER, DAY).token) as webhook:
        for body in OBJECT_MEMBERS:
            assert (await webhook.post(body)).status_code == 400, body
    assert [row["body"] for row in connection.execute(KEPT)] == OBJECT_MEMBERS


BLAMELESS = (
    (502, "<html>Bad gateway</html>"),
    (504, json.dumps({"code": "PGRST003", "message": "Timed out"})),
    (503, json.dumps({"code": "53300", "message": "too many connections"})),
    (500, json.dumps({"code": "40001", "message": "could not serialize"})),
    (429, json.dumps({"message": "slow down"})),
    (200, "[]"),
)


async def test_an_answer_that_blames_nobodys_payload_sends_the_webhook_back() -> None:
    answers: list[tuple[int, str]] = []

    async def respond(_request: object) -> Response:
        ((status, answer),) = answers
        return Response(answer, status)

    app = Starlette(routes=[Route("/rest/v1/rpc/{name}", respond, methods=["POST"])])
    async with LocalServer(app, bind("127.0.0.1", 0, "gateway")) as server:
        given = {"supabase_url": server.url, "wa_supabase_service_role_key": "key"}
        async with running_webhook(given) as webhook:
            for answer in BLAMELESS:
                answers[:] = [answer]
                response = await webhook.post(payloads.text_body())
                assert (response.status_code, refusals(webhook)) == (503, []), answer


@pytest.mark.parametrize(
    ("status", "error"),
    [(502, {"message": "no upstream"}), (503, {"code": "PGRST000", "message": "no connection"})],
)
async def test_a_call_that_was_lost_on_its_way_is_made_again(
    status: int, error: dict[str, str]
) -> None:
    answers = iter([Response(json.dumps(error), status), Response('{"processed": 1}')])

    async def respond(_request: object) -> Response:
        return next(answers)

    app = Starlette(routes=[Route("/rest/v1/rpc/{name}", respond, methods=["POST"])])
    async with LocalServer(app, bind("127.0.0.1", 0, "gateway")) as server:
        given = {"supabase_url": server.url, "wa_supabase_service_role_key": "key"}
        async with running_webhook(given) as webhook:
            assert (await webhook.post(payloads.text_body())).status_code == 200


async def test_a_database_url_is_preferred_to_the_key(database: Database) -> None:
    given = {
        "wa_database_url": database.url(EDGE),
        "supabase_url": "http://127.0.0.1:1",
        "wa_supabase_service_role_key": "key",
    }
    async with running_webhook(given) as webhook:
        assert (await webhook.post(payloads.text_body())).status_code == 200
