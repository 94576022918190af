"""Staff decide cases in psql; what they find wrong is asked again in the conversation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.dispatching import value
from tests.fixtures.citus import waits_there
from tests.fixtures.offered import with_offered_flows
from tests.flows.insurance.conftest import fill_in, send_certificate

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.flows.insurance.conftest import Office
    from wa_webhook.testing import Chat, Person

pytestmark = [with_offered_flows, pytest.mark.any_server]

DECIDE = "select * from public.insurance_decide_case(1, %s, agent => %s)"
STATUS = "select status from public.insurance_cases order by id"


@pytest.fixture
def submitted(ana: Person, office: Office) -> Person:
    """Somebody whose case is with staff."""
    fill_in(ana, office)
    ana.taps("Send")
    return ana


def test_what_staff_find_wrong_is_asked_again_and_nothing_else(
    chat: Chat, submitted: Person, office: Office
) -> None:
    wrong = {"certificate": "The picture is blurred.", "vehicle_card.plate": "It is RAC 124 B."}
    office.decide("returned", wrong=wrong)
    assert submitted.hears() == [
        "Something about case 1 is not right yet:\n- The picture is blurred.\n- It is RAC 124 B.\n"
        "[Correct it]"
    ]
    assert submitted.taps("Correct it") == [
        "A colleague says: The picture is blurred.\n\n"
        "Please send the insurance certificate: a photograph or a PDF."
    ]
    send_certificate(submitted, office)
    assert submitted.taps("Yes").taps("Yes").taps("Yes") == [
        "A colleague says: It is RAC 124 B.\n\nVehicle card, plate: please write it.\n[New picture]"
    ]
    assert submitted.says("RAC 124 B").taps("Send")[0].startswith("Case 1 is with our staff.")
    (case,) = office.agent.execute("select * from public.insurance_list_cases()").fetchall()
    assert case["returned_count"] == 1
    assert case["doubts"] == ["vehicle_card.plate was typed", "the plates differ"]
    assert chat.rows("select note from public.insurance_fields where note is not null") == []


def test_staff_see_what_was_read_how_surely_and_where_the_picture_is(
    submitted: Person, office: Office
) -> None:
    (case,) = office.agent.execute("select * from public.insurance_list_cases()").fetchall()
    assert (case["insured_name"], case["recipient"]) == ("Ana García", submitted.address)
    assert case["doubts"] == []
    shown = office.agent.execute("select * from public.insurance_show_case(1)").fetchall()
    assert [(row["document"], row["field"]) for row in shown] == [
        ("certificate", "plate"),
        ("certificate", "policy_number"),
        ("certificate", "valid_until"),
        ("vehicle_card", "plate"),
        ("vehicle_card", "vin"),
    ]
    assert float(shown[0]["confidence"]) == 0.97
    assert None not in [row["media"] for row in shown]


def test_a_decision_that_says_too_little_is_refused(submitted: Person, office: Office) -> None:
    assert submitted
    for decision, given in (
        ("maybe", {}),
        ("declined", {"reason": " "}),
        ("returned", {}),
        ("returned", {"wrong": {}}),
        ("returned", {"wrong": {"passport": "Where is it?"}}),
        ("returned", {"wrong": {"certificate": ""}}),
        ("accepted", {"wrong": {"certificate": "It is blurred."}}),
    ):
        with pytest.raises(psycopg.Error) as refused:
            office.decide(decision, **given)
        assert refused.value.sqlstate == "WA106"
    office.decide("declined", reason="We insure no lorries.")
    assert submitted.hears() == ["Case 1 is declined: We insure no lorries."]


def test_of_two_who_decide_at_once_one_does_and_the_other_hears_who(
    submitted: Person, office: Office, connect: Connect
) -> None:
    def decide(given: tuple[Connection[DictRow], str, str]) -> Any:
        session, decision, agent = given
        try:
            return session.execute(DECIDE, [decision, agent]).rowcount
        except psycopg.Error as error:
            return error

    kim, lee = connect("wa_agent_role"), connect("wa_operator_role")
    with ThreadPoolExecutor(2) as pool:
        both = [*pool.map(decide, [(kim, "accepted", "Kim"), (lee, "accepted", "Lee")])]
    (refused,) = (one for one in both if one != 1)
    winner = "Lee" if both[0] is refused else "Kim"
    assert refused.sqlstate == "WA104"
    assert f"insurance case 1 was accepted by {winner}" in str(refused)
    office.chat.deliver()
    assert submitted.hears() == ["Case 1 is accepted."]


def test_a_case_that_was_not_submitted_is_not_decided(ana: Person, office: Office) -> None:
    send_certificate(ana, office)
    with pytest.raises(psycopg.Error, match="insurance case 1 is draft") as refused:
        office.agent.execute(DECIDE, ["accepted", "Kim"])
    assert refused.value.sqlstate == "WA104"


def test_a_table_holds_no_submitted_case_that_lacks_something(chat: Chat, ana: Person) -> None:
    assert ana
    with pytest.raises(psycopg.errors.CheckViolation, match="are_there_when_submitted"):
        chat.rows("update public.insurance_cases set status = 'submitted', submitted_at = now()")


def test_outside_the_window_a_decision_waits_or_is_told_by_a_template(
    chat: Chat, submitted: Person, office: Office
) -> None:
    chat.rows(
        "update wa.settings set value = '\"case_decided\"' where key = 'insurance_template'"
        " returning key"
    )
    chat.passes(days=2)
    office.decide("accepted")
    (template,) = (one.request["template"] for one in submitted.delivered[-1:])
    assert (template["name"], template["language"]) == ("case_decided", {"code": "en"})
    assert template["components"][0]["parameters"] == [{"type": "text", "text": "1"}]


def test_somebody_who_is_erased_takes_their_case_along(
    chat: Chat, submitted: Person, connect: Connect
) -> None:
    operator = connect("wa_operator_role")
    handed_out = value(operator, "select public.wa_export_profile(%s)", submitted.address)
    (case,) = handed_out["insurance_cases"]
    assert [field["value"] for field in case["fields"]][-1] == "JTDBR32E720012345"
    operator.execute("select public.wa_erase_profile(%s)", [submitted.address])
    left = "select (select count(*) from public.insurance_cases) + (select count(*) from "
    assert chat.rows(f"{left} public.insurance_fields) as rows") == [{"rows": 0}]


@waits_there
def test_whoever_is_erased_while_staff_decide_is_told_nothing(
    chat: Chat, submitted: Person, connect: Connect
) -> None:
    deciding, operator = connect("wa_agent_role", autocommit=False), connect("wa_operator_role")
    deciding.execute(DECIDE, ["accepted", "Kim"])
    blocked = "select %s = any(pg_blocking_pids(%s)) as is_blocked"
    pids = (deciding.info.backend_pid, operator.info.backend_pid)
    with ThreadPoolExecutor(1) as pool:
        erased = pool.submit(
            operator.execute, "select public.wa_erase_profile(%s)", [submitted.address]
        )
        while not chat.rows(blocked, *pids)[0]["is_blocked"]:
            assert not erased.done()
        deciding.commit()
        erased.result()
    assert chat.rows("select id from public.notifications") == []
    assert chat.rows("select id from public.insurance_cases") == []


def test_of_two_cases_of_one_person_the_one_that_staff_have_stays(
    chat: Chat, submitted: Person
) -> None:
    ben = chat.person("Ben")
    ben.says("insurance").taps("Yes").says("Ben")
    chat.rows(
        "select wa.merge_profiles(min(user_id::text)::uuid, max(user_id::text)::uuid)"
        " from public.insurance_cases"
    )
    assert submitted
    assert [row["status"] for row in chat.rows(STATUS)] == ["submitted", "withdrawn"]
    assert chat.rows("select count(distinct user_id) as people from public.insurance_cases") == [
        {"people": 1}
    ]


def test_a_case_goes_when_nothing_has_happened_in_it_for_long_unless_it_waits_for_staff(
    chat: Chat, submitted: Person, office: Office, connect: Connect
) -> None:
    step = "select public.wa_retention_step()"
    edge = connect("wa_edge_role")
    chat.passes(days=366)
    assert value(edge, step)["purged"]["insurance_cases"] == 0
    office.decide("accepted")
    chat.passes(days=366)
    assert submitted
    assert value(edge, step)["purged"]["insurance_cases"] == 1


def test_a_case_that_waits_too_long_is_an_alert(
    chat: Chat, submitted: Person, office: Office, connect: Connect
) -> None:
    del submitted
    alerts = "select kind || ' ' || group_key as told from wa.alerts"
    notifier = connect("wa_notifier_role")
    notifier.execute("select public.wa_alerts_group()")
    assert chat.rows(alerts) == []
    chat.rows(
        "update public.insurance_cases set submitted_at = now() - interval '25 hours' returning id"
    )
    notifier.execute("select public.wa_alerts_group()")
    assert chat.rows(alerts) == [{"told": "users_wait insurance_cases"}]
