"""What an application calls: the acting profile first, and a code of its own for each refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

import psycopg
import pytest

from tests.dispatching import value
from tests.fixtures.offered import with_offered_flows

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from wa_webhook.testing import Chat

pytestmark = [with_offered_flows, pytest.mark.any_server]


@pytest.fixture
def app(connect: Connect) -> Connection[DictRow]:
    """A connection that may execute them."""
    connection = connect()
    connection.execute("set role wa_runtime")
    return connection


@pytest.fixture
def profile(chat: Chat) -> UUID:
    """Somebody who has not asked for insurance."""
    chat.person("Ana").says("hello")
    found: UUID = value(chat.owner, "select user_id from public.profiles")
    return found


def test_what_cannot_be_done_is_refused_with_a_code(
    app: Connection[DictRow], profile: UUID
) -> None:
    def code(call: LiteralString) -> str | None:
        with pytest.raises(psycopg.Error) as refused:
            app.execute(f"select * from public.insurance_{call}".encode(), {"who": profile})
        return refused.value.sqlstate

    unknown = "withdraw_case('00000000-0000-0000-0000-000000000000')"
    assert code(unknown) == "WA020"
    assert code("withdraw_case(%(who)s)") == "WA100"
    assert code("open_case(%(who)s, ' 7 ')") == "WA102"
    app.execute("select public.insurance_open_case(%s, 'Ana')", [profile])
    assert code("open_case(%(who)s, 'Ana')") == "WA101"
    assert code("confirm_field(%(who)s, 'certificate', 'plate', 'none')") == "WA103"
    assert code("confirm_field(%(who)s, 'certificate', 'policy_number', 'AB1')") == "WA103"
    assert code("confirm_field(%(who)s, 'passport', 'plate', 'RAC 123 B')") == "WA103"
    assert code("submit_case(%(who)s)") == "WA105"
    (mine,) = app.execute("select * from public.insurance_my_case(%s)", [profile]).fetchall()
    assert (mine["status"], mine["insured_name"]) == ("draft", "Ana")


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("certificate.plate", " rac 123-b ", "RAC123B"),
        ("certificate.policy_number", "pol  12/7", "POL 12/7"),
        ("certificate.valid_until", "1er août 2099", "2099-08-01"),
        ("vehicle_card.vin", "jtdbr32e7 2oo12345", "JTDBR32E720012345"),
    ],
)
def test_a_field_is_kept_in_one_form(
    app: Connection[DictRow], profile: UUID, field: str, given: str, kept: str
) -> None:
    app.execute("select public.insurance_open_case(%s, 'Ana')", [profile])
    confirm = "select value from public.insurance_confirm_field(%s, %s, %s, %s)"
    assert value(app, confirm, profile, *field.split("."), given) == kept


def test_a_certificate_is_good_on_its_last_day(chat: Chat) -> None:
    read = "select wa.read_insurance_value('certificate', 'valid_until', '31/03/2026', %s)"
    days = ("2026-03-31", "2026-04-01")
    assert [value(chat.owner, read, day) for day in days] == ["2026-03-31", None]


def test_the_open_case_comes_before_one_that_is_closed(
    app: Connection[DictRow], profile: UUID
) -> None:
    for name in ("Ana", "Ben"):
        app.execute("select public.insurance_open_case(%s, %s)", [profile, name])
        if name == "Ana":
            app.execute("select public.insurance_withdraw_case(%s)", [profile])
    mine = "select insured_name from public.insurance_my_case(%s)"
    assert value(app, mine, profile) == "Ben"
    app.execute("select public.insurance_withdraw_case(%s)", [profile])
    assert value(app, mine, profile) == "Ben"
