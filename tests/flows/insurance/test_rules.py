"""The flow's rules find the fields of documents in columns and in lines, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests.dispatching import value
from tests.fixtures.offered import with_offered_flows

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

pytestmark = [with_offered_flows, pytest.mark.any_server]

CERTIFICATE = {"plate": "RAC 123 B", "policy_number": "AB-123456", "valid_until": "2099-03-31"}
CARD = {"plate": "RAC 123 B", "vin": "JTDBR32E720012345"}


@pytest.mark.parametrize(
    ("document", "rows", "fields"),
    [
        (
            "certificate",
            [
                ("CERTIFICATE OF MOTOR INSURANCE",),
                ("Insurer", "Kigali Assurance Ltd"),
                ("Policyholder", "Ana García"),
                ("Policy number", "AB-123456"),
                ("Registration number", "RAC 123 B"),
                ("Valid from", "1 April 2026"),
                ("Valid until", "31 March 2099"),
            ],
            CERTIFICATE,
        ),
        (
            "certificate",
            [
                ("ATTESTATION D'ASSURANCE AUTOMOBILE",),
                ("N°de police : AB-123456",),
                ("Immatriculation : RAC 123 B",),
                ("Valable du 01/04/2026",),
                ("Valable jusqu'au31/03/2099",),
            ],
            CERTIFICATE,
        ),
        (
            "vehicle_card",
            [
                ("VEHICLE REGISTRATION CARD",),
                ("Plate No.", "RAC 123 B"),
                ("Make", "Toyota Yaris"),
                ("Chassis No.", "JTDBR32E720012345"),
                ("Year", "2014"),
            ],
            CARD,
        ),
        (
            "vehicle_card",
            [
                ("CARTE GRISE",),
                ("Numéro d'immatriculation", "RAC 123 B"),
                ("Numéro de châssis", "JTDBR32E720012345"),
            ],
            CARD,
        ),
    ],
    ids=["certificate", "attestation", "card", "carte-grise"],
)
def test_fields_are_found(
    connection: Connection[DictRow],
    document: str,
    rows: list[tuple[str, ...]],
    fields: dict[str, str],
) -> None:
    lines = [
        {"text": text, "box": [0.08 + 0.4 * column, 0.06 + 0.064 * place, 0.02 * len(text), 0.05]}
        for place, row in enumerate(rows)
        for column, text in enumerate(row)
    ]
    find = "select wa.find_document_fields('insurance_' || %s, %s)"
    found = value(connection, find, document, Jsonb({"pages": [{"lines": lines}]}))
    assert {name: field["value"] for name, field in found.items()} == fields
