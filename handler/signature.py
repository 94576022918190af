"""The signature of a webhook: HMAC-SHA256 of the raw bytes, under one of the app secrets."""

import hmac
import re
from collections.abc import Iterable

HEADER = "X-Hub-Signature-256"
_WELL_FORMED = re.compile(r"sha256=([0-9a-fA-F]{64})")


def sign(body: bytes, secret: bytes) -> str:
    """Return the header's value for a body, as Meta writes it: lower-case hex."""
    return f"sha256={hmac.digest(secret, body, 'sha256').hex()}"


def is_well_formed(header: str) -> bool:
    """Tell whether the header holds a signature at all, be it right or wrong."""
    return _WELL_FORMED.fullmatch(header) is not None


def is_signed_by_one_of(secrets: Iterable[bytes], body: bytes, header: str | None) -> bool:
    """Tell whether the header signs exactly these bytes; the time taken does not depend on which.

    The bytes are hashed as received: Meta escapes more characters than a JSON library writes back.
    """
    given = _WELL_FORMED.fullmatch(header or "")
    if given is None:
        return False
    digest = bytes.fromhex(given[1])
    matches = [
        hmac.compare_digest(hmac.digest(secret, body, "sha256"), digest) for secret in secrets
    ]
    return any(matches)
