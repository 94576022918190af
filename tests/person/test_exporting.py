"""Everything about a person is handed out, and nothing about others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.dispatching import value, values
from tests.person.life import BSUID, NAME, OTHER_PHONE, OTHER_SAID, PHONE

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.person.life import Life


@pytest.fixture
def exported(life: Life) -> dict[str, Any]:
    """What the operator gets."""
    answer: dict[str, Any] = value(life.operator, "select public.wa_export_profile(%s)", BSUID)
    return answer


def test_names_messages_and_baskets_are_in_it(exported: dict[str, Any]) -> None:
    survivor, *_ = sorted(exported["profiles"], key=lambda one: one["merged_into"] is not None)
    assert (survivor["whatsapp_e164"], survivor["wa_user_id"], survivor["display_name"]) == (
        f"+{PHONE}",
        BSUID,
        NAME,
    )
    assert len(exported["wa_events"]) > 3
    assert "xylophone" in json.dumps(exported["notifications"])
    assert {one["basket"] for one in exported["basket_members"]} == {"My xylophone", "Wedding"}
    assert [one["amount_minor"] for one in exported["basket_contributions"]] == [2500]
    assert len(exported["kept_payloads"]) == 4


def test_every_table_about_people_is_in_it(
    exported: dict[str, Any], connection: Connection[DictRow]
) -> None:
    for one in connection.execute("select table_name from wa.list_tables_about_people()"):
        assert one["table_name"] in exported


def test_nothing_of_others_is_in_it(exported: dict[str, Any]) -> None:
    text = json.dumps(exported, ensure_ascii=False)
    assert OTHER_PHONE not in text
    assert OTHER_SAID not in text


def test_handing_out_changes_nothing(life: Life) -> None:
    counted = "select count(*) from public.wa_events"
    before = value(life.owner, counted)
    value(life.operator, "select public.wa_export_profile(%s)", BSUID)
    assert value(life.owner, counted) == before


def test_of_somebody_unknown_every_list_is_empty(connection: Connection[DictRow]) -> None:
    rules = "select export_rule::text from wa.list_tables_about_people() where export_rule <> 0"
    for rule in values(connection, rules):
        assert value(connection, f"select {rule}(array[gen_random_uuid()])") == [], rule
