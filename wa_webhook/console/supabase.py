"""People who are users of a Supabase project: Auth vouches for them with a JWT."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import jwt

from wa_webhook.console.people import LONGEST_NAME, Person, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

AUDIENCE = "authenticated"
ROLE_CLAIM = "wa_role"
_ASYMMETRIC = ("ES256", "RS256", "EdDSA")
_KEYS_SECONDS = 600.0
_ANEW_SECONDS = 30.0
_LEEWAY_SECONDS = 10
_TIMEOUT_SECONDS = 10.0


class SignInError(Exception):
    """Why somebody is not let in; `status` is the answer's."""

    def __init__(self, message: str, status: int = 401) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Vouched:
    """Whom Auth vouches for, until when (seconds since 1970), and what to ask it again with."""

    person: Person
    until: float
    refresh_token: str | None = None


class SupabaseAuth:
    """Asks Auth for a token by e-mail and password, and reads tokens.

    `url`: of the project; `jwks`: a file, or the URL of Auth's keys; `secret`: of a project that
    still signs with HS256. A person's name is their e-mail address, which they cannot choose as
    they like, and their role is `wa_role` of `app_metadata`, which only a server may write.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        publishable_key: str | None = None,
        jwks: str | None = None,
        secret: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._auth = f"{url}/auth/v1" if url else None
        self._key = publishable_key
        self._jwks = jwks or (f"{self._auth}/.well-known/jwks.json" if self._auth else None)
        self._secret = secret
        self._http = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, transport=transport)
        self._keys: Mapping[str | None, jwt.PyJWK] = {}
        self._read_at = float("-inf")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    @property
    def takes_passwords(self) -> bool:
        """Whether Auth can be asked by e-mail and password."""
        return self._auth is not None and self._key is not None

    async def sign_in(self, email: str, password: str) -> Vouched:
        """Return whom Auth takes this for. Raises SignInError."""
        return await self._grant("password", {"email": email, "password": password})

    async def renew(self, refresh_token: str) -> Vouched:
        """Return whom a session is still of. Raises SignInError."""
        return await self._grant("refresh_token", {"refresh_token": refresh_token})

    async def read(self, token: str) -> Vouched:
        """Return whom a token is of. Raises SignInError."""
        try:
            header = jwt.get_unverified_header(token)
            key = await self._key_of(header)
            claims = jwt.decode(
                token,
                key,
                algorithms=[str(header["alg"])],
                audience=AUDIENCE,
                issuer=self._auth,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "sub", "aud"]},
            )
        except jwt.PyJWTError:
            raise SignInError("this token is not valid, or no longer") from None
        return Vouched(_person_of(claims), float(claims["exp"]))

    async def _grant(self, grant: str, given: Mapping[str, str]) -> Vouched:
        if self._auth is None or self._key is None:
            raise SignInError("nobody signs in by e-mail here")
        try:
            answer = await self._http.post(
                f"{self._auth}/token",
                params={"grant_type": grant},
                json=dict(given),
                headers={"apikey": self._key},
            )
            told = answer.json()
        except (httpx.HTTPError, ValueError):
            raise SignInError("Supabase Auth does not answer", 503) from None
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise SignInError("Supabase Auth does not answer", 503)
        if answer.is_error or not isinstance(told, dict):
            raise SignInError("wrong e-mail or password")
        vouched = await self.read(str(told.get("access_token")))
        return Vouched(vouched.person, vouched.until, told.get("refresh_token"))

    async def _key_of(self, header: Mapping[str, Any]) -> jwt.PyJWK | str:
        if header.get("alg") == "HS256" and self._secret is not None:
            return self._secret
        if header.get("alg") not in _ASYMMETRIC:
            raise jwt.InvalidAlgorithmError
        kid = header.get("kid")
        # A key that is not known yet may be a new one; strangers do not make us ask all the time.
        age = time.monotonic() - self._read_at
        if age > _KEYS_SECONDS or (kid not in self._keys and age > _ANEW_SECONDS):
            await self._read_keys()
        key = self._keys.get(kid)
        if key is None or key.algorithm_name != header["alg"]:
            raise jwt.InvalidKeyError
        return key

    async def _read_keys(self) -> None:
        if self._jwks is None:
            raise jwt.InvalidKeyError
        try:
            if self._jwks.startswith(("https://", "http://")):
                answer = await self._http.get(self._jwks)
                held = answer.raise_for_status().json()
            else:
                held = json.loads(await asyncio.to_thread(Path(self._jwks).read_bytes))
            keys = jwt.PyJWKSet.from_dict(held).keys
        except (httpx.HTTPError, OSError, ValueError, jwt.PyJWTError):
            raise SignInError("the keys of Supabase Auth cannot be read", 503) from None
        self._keys = {one.key_id: one for one in keys if one.algorithm_name in _ASYMMETRIC}
        self._read_at = time.monotonic()


def _person_of(claims: Mapping[str, Any]) -> Person:
    metadata = claims.get("app_metadata")
    role = metadata.get(ROLE_CLAIM) if isinstance(metadata, dict) else None
    if role not in list(Role):
        raise SignInError(f"this account has no role here: {ROLE_CLAIM} of its app_metadata", 403)
    return Person(str(claims.get("email") or claims["sub"])[:LONGEST_NAME], Role(role))
