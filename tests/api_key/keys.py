"""Signing keys of a project, as files and as what its PostgREST verifies with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

KEY_ID = "b6a7c1d2-0000-4000-8000-000000000001"


@dataclass(frozen=True)
class SigningKey:
    """An ES256 key in both forms that a person may have it in."""

    private: ec.EllipticCurvePrivateKey

    @classmethod
    def make(cls, curve: ec.EllipticCurve | None = None) -> SigningKey:
        return cls(ec.generate_private_key(curve or ec.SECP256R1()))

    @property
    def pem(self) -> str:
        return self.private.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode()

    @property
    def jwk(self) -> str:
        fields: dict[str, Any] = jwt.algorithms.ECAlgorithm.to_jwk(self.private, as_dict=True)
        return json.dumps(fields | {"kid": KEY_ID, "alg": "ES256", "use": "sig"})

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        return self.private.public_key()
