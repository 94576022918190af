"""API keys for Supabase: JWTs that name a database role, which PostgREST then switches to.

A project verifies them with its JWT secret (HS256), or with the public half of a signing key that
was imported into it (ES256); the private half of a key that Supabase made cannot be had.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

ISSUER = "supabase"
SHORTEST_SECRET = 32
"""Bytes: fewer than the hash has can be guessed (RFC 7518, section 3.2), and PostgREST refuses."""


class ApiKeyError(Exception):
    """Why no key can be minted, for the person who asked."""


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs, how, and the name under which a project finds the key that verifies it."""

    algorithm: str
    key: Any
    key_id: str | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key and when it stops working."""

    token: str
    role: str
    expires_at: datetime


def read_secret(secret: str) -> Signer:
    """Return the signer for a project's JWT secret. Raises ApiKeyError."""
    if not secret:
        raise ApiKeyError(
            "no JWT secret: put it into WA_JWT_SECRET, or give --signing-key FILE where the project"
            " has signing keys"
        )
    if len(secret.encode()) < SHORTEST_SECRET:
        raise ApiKeyError(f"the JWT secret is shorter than {SHORTEST_SECRET} bytes")
    return Signer("HS256", secret)


def read_signing_key(text: str, key_id: str | None = None) -> Signer:
    """Return the signer for a private ES256 key: PEM, a JWK, or a list that begins with one.

    Raises ApiKeyError.
    """
    if text.lstrip().startswith("-----BEGIN"):
        key, found_id = _read_pem(text), None
    else:
        key, found_id = _read_jwk(text)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ApiKeyError("the signing key is no private key for ES256 (curve P-256)")
    if (key_id or found_id) is None:
        raise ApiKeyError("the signing key has no id: give the one that the project shows")
    return Signer("ES256", key, key_id or found_id)


def mint(role: str, signer: Signer, lifetime: timedelta, *, now: datetime | None = None) -> ApiKey:
    """Sign a key for a role."""
    issued_at = (now or datetime.now(UTC)).replace(microsecond=0)
    expires_at = issued_at + lifetime
    claims = {"iss": ISSUER, "role": role, "iat": issued_at, "exp": expires_at}
    headers = {"kid": signer.key_id} if signer.key_id else None
    token = jwt.encode(claims, signer.key, algorithm=signer.algorithm, headers=headers)
    return ApiKey(token, role, expires_at)


def _read_pem(text: str) -> object:
    try:
        return load_pem_private_key(text.encode(), password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise ApiKeyError("the signing key cannot be read as PEM without a passphrase") from None


def _read_jwk(text: str) -> tuple[object, str | None]:
    try:
        document = json.loads(text)
        if isinstance(document, list):
            document = document[0]
        jwk = jwt.PyJWK.from_dict(document, "ES256")
    except (ValueError, LookupError, TypeError, AttributeError, jwt.PyJWTError):
        raise ApiKeyError("the signing key is neither PEM nor a JWK for ES256") from None
    return jwk.key, jwk.key_id
