"""Which headers sign which bytes."""

import hashlib
import hmac

import pytest

from handler.signature import is_signed_by_one_of, sign

SECRET = b"secret"
BODY = rb'{"text":"\u00e4 \/ @"}'


def test_the_signature_is_hmac_sha256_of_the_raw_bytes_in_lower_case_hex() -> None:
    expected = hmac.new(SECRET, BODY, hashlib.sha256).hexdigest()
    assert sign(BODY, SECRET) == f"sha256={expected}"
    assert is_signed_by_one_of([SECRET], BODY, f"sha256={expected}")


def test_upper_case_hex_signs_as_well() -> None:
    header = "sha256=" + sign(BODY, SECRET).removeprefix("sha256=").upper()
    assert is_signed_by_one_of([SECRET], BODY, header)


def test_any_of_several_secrets_may_have_signed() -> None:
    secrets = [b"new", b"old"]
    assert all(is_signed_by_one_of(secrets, BODY, sign(BODY, secret)) for secret in secrets)
    assert not is_signed_by_one_of(secrets, BODY, sign(BODY, b"older"))


def test_one_changed_byte_breaks_the_signature() -> None:
    assert not is_signed_by_one_of([SECRET], BODY + b" ", sign(BODY, SECRET))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        sign(BODY, SECRET).removeprefix("sha256="),
        sign(BODY, SECRET).replace("sha256", "sha1"),
        sign(BODY, SECRET)[:-1],
        sign(BODY, SECRET) + "0",
        sign(BODY, SECRET) + "\n",
        " " + sign(BODY, SECRET),
        "sha256=" + "g" * 64,
        "sha256=" + "\N{ARABIC-INDIC DIGIT ONE}" * 64,
    ],
)
def test_a_malformed_header_signs_nothing(header: str | None) -> None:
    assert not is_signed_by_one_of([SECRET], BODY, header)
