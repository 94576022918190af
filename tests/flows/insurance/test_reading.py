"""A bad photograph of a certificate becomes the fields that a person is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.ocr.documents import Photograph, Text, draw_pdf, photograph
from tests.dispatching import value
from tests.fixtures.offered import with_offered_flows
from tests.media.conftest import gallery
from tests.media.test_reading import work

if TYPE_CHECKING:
    from tests.media.gallery import Gallery

__all__ = ["gallery"]

CERTIFICATE = [
    Text(30, 40, 16, "CERTIFICATE OF MOTOR INSURANCE"),
    Text(30, 80, 12, "Policyholder"),
    Text(200, 80, 12, "Ana García"),
    Text(30, 100, 12, "Policy number"),
    Text(200, 100, 12, "AB-123456"),
    Text(30, 120, 12, "Registration number"),
    Text(200, 120, 12, "RAC 123 B"),
    Text(30, 140, 12, "Valid from"),
    Text(200, 140, 12, "1 April 2026"),
    Text(30, 160, 12, "Valid until"),
    Text(200, 160, 12, "31 March 2099"),
]
READ = "select jsonb_object_agg(field, value) from public.insurance_fields where value is not null"


@with_offered_flows
@pytest.mark.any_server
async def test_fields_are_read_and_asked_about(gallery: Gallery) -> None:
    for said in ("insurance", "yes", "Ana García"):
        gallery.say(said)
    how = Photograph(turned=90, askew=2, blur=1.2, noise=30, contrast=0.8)
    gallery.send(photograph(draw_pdf([CERTIFICATE], "Times-Roman"), how), "image/jpeg")
    await work(gallery)

    assert value(gallery.owner, READ) == {
        "plate": "RAC123B", "policy_number": "AB-123456", "valid_until": "2099-03-31",
    }  # fmt: skip
    assert gallery.last_reply().startswith("Certificate, plate: RAC123B. Is that right?")
