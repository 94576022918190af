"""People whom Supabase Auth vouches for, by a token that it signed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.console.conftest import Browsers, sign_in
from tests.dispatching import value
from wa_webhook.console import process
from wa_webhook.console.people import Person, Role
from wa_webhook.console.supabase import SignInError, SupabaseAuth

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow
    from starlette.requests import Request

    from tests.console.conftest import Console

PROJECT = "https://abc.supabase.co"
KEY, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
SECRET = "a-secret-of-more-than-32-characters"  # noqa: S105
KIM = {
    "sub": "1b6b1f0e-0000-4000-8000-000000000000",
    "email": "kim@example.com",
    "aud": "authenticated",
    "iss": f"{PROJECT}/auth/v1",
    "app_metadata": {"wa_role": "agent"},
}


def token(key: Any = KEY, algorithm: str = "ES256", seconds: float = 3600, **claims: Any) -> str:
    said = KIM | {"exp": int(time.time() + seconds)} | claims
    return jwt.encode(said, key, algorithm=algorithm, headers={"kid": "first"})


class Auth:
    """Supabase Auth, as far as it is asked."""

    def __init__(self) -> None:
        self.tokens: dict[str, str] = {}
        self.asked = 0
        routes = [
            Route("/auth/v1/token", self._grant, methods=["POST"]),
            Route("/auth/v1/.well-known/jwks.json", self._keys),
        ]
        self.transport = httpx.ASGITransport(Starlette(routes=routes))

    async def _grant(self, request: Request) -> Response:
        given = await request.json()
        grant = request.query_params["grant_type"]
        known = given.get("password") or given["refresh_token"]
        if request.headers["apikey"] != "publishable" or known not in self.tokens:
            return JSONResponse({"error_code": "invalid_credentials"}, 400)
        told = {"access_token": self.tokens.pop(known), "refresh_token": f"after {grant}"}
        return JSONResponse(told)

    async def _keys(self, _: Request) -> Response:
        self.asked += 1
        key = ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "first", "alg": "ES256"}
        return JSONResponse({"keys": [key]})


@pytest.fixture
def auth(monkeypatch: pytest.MonkeyPatch) -> Auth:
    auth = Auth()

    def make(url: str | None, **given: Any) -> SupabaseAuth:
        return SupabaseAuth(url, transport=auth.transport, **given)

    monkeypatch.setattr(process, "SupabaseAuth", make)
    return auth


def reading(auth: Auth, **given: Any) -> SupabaseAuth:
    return SupabaseAuth(PROJECT, transport=auth.transport, **given)


async def test_a_token_says_who_it_is_by_address_and_role(auth: Auth) -> None:
    read = reading(auth)
    for _ in range(2):
        assert (await read.read(token())).person == Person("kim@example.com", Role.AGENT)
    assert auth.asked == 1
    signed = token(SECRET, "HS256")
    assert (await reading(auth, secret=SECRET).read(signed)).person.role == Role.AGENT
    with pytest.raises(SignInError):
        await reading(auth, secret=f"another-{SECRET}").read(signed)


@pytest.mark.parametrize(
    "forged",
    [
        token(OTHER),
        token(seconds=-60),
        token(aud="anon"),
        token(iss="https://evil.example/auth/v1"),
        token(SECRET, "HS256"),
        jwt.encode(KIM | {"exp": 2**33}, "", algorithm="none"),
        "no.token.atall",
        "",
    ],
    ids=["key", "expired", "audience", "issuer", "algorithm", "unsigned", "nonsense", "empty"],
)
async def test_any_other_is_refused(auth: Auth, forged: str) -> None:
    with pytest.raises(SignInError) as refusal:
        await reading(auth).read(forged)
    assert refusal.value.status == 401


@pytest.mark.parametrize("metadata", [None, {}, {"wa_role": "admin"}, {"wa_role": ["agent"]}])
async def test_an_account_without_a_role_stays_outside(auth: Auth, metadata: Any) -> None:
    said = token(app_metadata=metadata, user_metadata={"wa_role": "operator"})
    with pytest.raises(SignInError) as refusal:
        await reading(auth).read(said)
    assert refusal.value.status == 403


@pytest.mark.any_server
async def test_a_session_lasts_while_auth_goes_on_vouching(
    console: Console, auth: Auth, connection: Connection[DictRow]
) -> None:
    given = {"supabase_url": PROJECT, "wa_supabase_publishable_key": "publishable"}
    async with console(**given) as browsers:
        browser = browsers.open()
        assert (await sign_in(browser, "kim@example.com", "wrong")).status_code == 401
        auth.tokens["right"] = token(seconds=-5)
        assert (await sign_in(browser, "kim@example.com", "right")).status_code == 200
        assert value(connection, "select agent from wa.desk_actions") == "kim@example.com"
        auth.tokens["after password"] = token(app_metadata={"wa_role": "reader"})
        assert (await browser.get("/api/me")).json()["role"] == "reader"
        assert (await browser.get("/api/me")).status_code == 200
        await ends_when_auth_says_no(browsers, auth)


async def ends_when_auth_says_no(browsers: Browsers, auth: Auth) -> None:
    by_token, by_password = browsers.open(), browsers.open()
    entered = await by_token.post("/api/sign-in", json={"token": token(seconds=-5)})
    assert entered.status_code == 200
    auth.tokens["right"] = token(seconds=-5)
    await sign_in(by_password, "kim@example.com", "right")
    for browser in (by_token, by_password):
        assert (await browser.get("/api/me")).status_code == 401
    # What was refused once is over, whatever Auth says later.
    auth.tokens["after password"] = token()
    assert (await by_password.get("/api/me")).status_code == 401
