"""Documents are sent, read and confirmed, or typed where they cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fixtures.offered import with_offered_flows
from tests.flows.insurance.conftest import CARD, CERTIFICATE, fill_in, send_certificate

if TYPE_CHECKING:
    from tests.flows.insurance.conftest import Office
    from wa_webhook.testing import Chat, Person

pytestmark = [with_offered_flows, pytest.mark.any_server]

NEXT = "Please send the vehicle card: a photograph or a PDF."
FIELD = """
select value, confidence, confirmed_at is not null as is_confirmed
from public.insurance_fields where document || '.' || field = %s
"""


def test_what_is_read_is_confirmed_field_by_field_and_handed_to_staff(
    chat: Chat, office: Office
) -> None:
    ana = chat.person("Ana")
    assert ana.says("insurance") == [
        "To insure a vehicle I need its insurance certificate and its vehicle card, as photographs"
        " or PDFs. Only our staff see them. Shall we begin?\n[Yes] [No]"
    ]
    assert ana.taps("Yes") == ["What is the name of the insured person or company?"]
    assert ana.says("Ana  García") == [
        "Please send the insurance certificate: a photograph or a PDF."
    ]
    assert ana.sends_picture() == ["Thank you. One moment, I am reading it."]
    office.fetch()
    office.read(*CERTIFICATE)
    assert ana.hears() == [
        "I have read it. Please check what I read.",
        "Certificate, plate: RAC123B. Is that right? If not, write what is."
        "\n[Yes] [No] [New picture]",
    ]
    assert ana.taps("Yes")[0].startswith("Certificate, policy number: AB-123456. Is that right?")
    assert "valid until: Tuesday, March 31, 2099. Is" in ana.says("yes")[0]
    assert ana.taps("Yes") == [NEXT]
    assert ana.sends_document("card.pdf") == ["Thank you. One moment, I am reading it."]
    office.fetch("application/pdf")
    office.read(*CARD)
    assert "Vehicle card, plate: RAC123B." in ana.hears()[-1]
    assert "chassis number: JTDBR32E720012345." in ana.taps("Yes")[0]
    assert ana.taps("Yes") == [
        "For Ana García:\n- Certificate, plate: RAC123B\n- Certificate, policy number: AB-123456\n"
        "- Certificate, valid until: Tuesday, March 31, 2099\n- Vehicle card, plate: RAC123B\n"
        "- Vehicle card, chassis number: JTDBR32E720012345\n\nShall I send it to our staff?\n"
        "[Send] [Change something] [Withdraw]"
    ]
    assert ana.taps("Send") == [
        "Case 1 is with our staff. I tell you here what they decide.\n[Withdraw] [Menu]"
    ]
    assert office.decide("accepted", reason="Welcome!")["status"] == "accepted"
    assert ana.hears() == ["Case 1 is accepted. Welcome!"]
    assert "Is there another vehicle" in ana.says("insurance")[0]


def test_a_field_is_corrected_by_writing_what_is_right(
    chat: Chat, ana: Person, office: Office
) -> None:
    send_certificate(ana, office)
    assert "Certificate, policy number" in ana.says("rac 124 b")[0]
    assert ana.taps("No") == ["Certificate, policy number: please write it.\n[New picture]"]
    ana.says("ab 99")
    assert chat.rows(FIELD, "certificate.plate") == [
        {"value": "RAC124B", "confidence": None, "is_confirmed": True}
    ]
    assert chat.rows(FIELD, "certificate.policy_number")[0]["value"] == "AB 99"


def test_what_cannot_be_right_is_asked_again(ana: Person, office: Office) -> None:
    past = send_certificate(ana, office, *CERTIFICATE[:2], "Valid until: 31/03/2020")
    assert "plate" in past[-1]
    assert ana.says("what?")[0].startswith("That is no plate: letters and digits, 4 to 10 of them.")
    assert ana.taps("Yes").taps("Yes") == [
        "Certificate, valid until: please write it.\n[New picture]"
    ]
    for refused in ("31/03/2020", "31/02/2099", "next year"):
        assert ana.says(refused)[0].startswith("I need a day that has not passed")
    assert ana.says("31 March 2099") == [NEXT]


def test_a_page_that_cannot_be_read_is_typed_and_an_alert_tells_of_it(
    chat: Chat, ana: Person, office: Office
) -> None:
    ana.sends_picture()
    office.fetch()
    office.fail("read_document")
    assert ana.hears() == [
        "I cannot read it. Please write what it says, or send a better picture.",
        "Certificate, plate: please write it.\n[New picture]",
    ]
    assert chat.rows("select kind, group_key from wa.alert_occurrences") == [
        {"kind": "task_failed", "group_key": "read_document permanent"}
    ]
    assert ana.says("RAC 123 B").says("AB-123456").says("31/03/2099") == [NEXT]


def test_a_better_picture_takes_the_place_of_one_that_says_nothing(
    ana: Person, office: Office
) -> None:
    assert send_certificate(ana, office, "Happy birthday!")[0].startswith("I cannot read it.")
    assert ana.taps("New picture") == [
        "Please send the insurance certificate: a photograph or a PDF."
    ]
    assert send_certificate(ana, office)[0] == "I have read it. Please check what I read."


def test_what_is_no_picture_and_no_pdf_is_asked_again(
    chat: Chat, ana: Person, office: Office
) -> None:
    asked = "\n\nPlease send the insurance certificate: a photograph or a PDF."
    assert ana.sends_voice_note() == [f"That is no photograph and no PDF.{asked}"]
    ana.sends_document("letter.docx")
    office.fetch("application/msword")
    assert ana.hears() == [f"That is no photograph and no PDF.{asked}"]
    ana.sends_picture()
    office.refuse("wrong_kind")
    assert ana.hears() == [f"That is no photograph and no PDF.{asked}"]
    ana.sends_picture()
    office.fail("media.fetch")
    assert ana.hears() == [f"I could not get that. Please send it once more.{asked}"]
    assert (
        chat.rows("select media_id from public.insurance_documents where task_id is not null") == []
    )


def test_what_is_read_while_the_person_is_elsewhere_is_there_when_they_come_back(
    ana: Person, office: Office
) -> None:
    ana.sends_picture().says("menu")
    office.fetch()
    assert ana.hears() == []
    assert ana.says("insurance") == ["Thank you. One moment, I am reading it."]
    assert ana.says("Well?")[0].startswith("I am still reading.")
    ana.says("menu")
    office.read(*CERTIFICATE)
    assert ana.hears() == []
    assert "Certificate, plate: RAC123B." in ana.says("insurance")[-1]


def test_whoever_types_instead_hears_nothing_of_what_is_read_too_late(
    chat: Chat, ana: Person, office: Office
) -> None:
    ana.sends_picture()
    office.fetch()
    late = office.claim("read_document")
    assert ana.sends_picture() == [
        "I am still reading. Send the next one when I ask for it.\n[I type it myself]"
    ]
    assert ana.taps("I type it myself") == ["Certificate, plate: please write it.\n[New picture]"]
    office.settle(late, "done", result={"pages": []})
    assert ana.hears() == []
    assert chat.rows(FIELD, "certificate.plate")[0]["value"] is None


def test_anything_can_be_changed_before_it_is_sent(ana: Person, office: Office) -> None:
    fill_in(ana, office)
    changing = ana.taps("Change something")
    assert "- plate: Vehicle card: RAC123B" in changing[0]
    assert ana.taps("chassis number") == [
        "Vehicle card, chassis number: please write it.\n[New picture]"
    ]
    assert "chassis number: JTDBR32E720099999" in ana.says("JTDBR32E7 20099999")[0]
    ana.taps("Change something")
    assert ana.taps("New picture") == [
        "Please send the insurance certificate: a photograph or a PDF."
    ]


def test_cancelling_keeps_what_was_filled_in_and_withdrawing_does_not(
    chat: Chat, ana: Person, office: Office
) -> None:
    fill_in(ana, office)
    ana.says("cancel")
    assert ana.says("insurance")[0].startswith("For Ana García:")
    assert ana.taps("Withdraw") == ["Do you want to withdraw case 1?\n[Yes] [No]"]
    assert ana.taps("No")[0].startswith("For Ana García:")
    ana.taps("Send").taps("Withdraw")
    assert ana.taps("Yes")[0] == "Case 1 is withdrawn."
    assert office.agent.execute("select from public.insurance_list_cases()").rowcount == 0
    assert ana.says("insurance")[0].startswith("To insure a vehicle")


def test_it_speaks_french(chat: Chat, office: Office) -> None:
    luc = chat.person("Luc")
    luc.says("language").taps("Français")
    assert luc.says("assurance").taps("Oui") == [
        "Quel est le nom de l'assuré, personne ou société ?"
    ]
    luc.says("Luc").sends_picture()
    office.fetch()
    office.read(
        "N° de police : AB-123456", "Immatriculation : RAC 123 B", "Valable jusqu'au 31 mars 2099"
    )
    assert luc.hears()[-1].startswith("Attestation, immatriculation : RAC123B. Est-ce exact ?")
    assert "numéro de police : AB-123456" in luc.taps("Oui")[0]
    assert "valable jusqu'au : mardi 31 mars 2099." in luc.taps("Oui")[0]
