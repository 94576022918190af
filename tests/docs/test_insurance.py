"""What docs/flows/insurance.md shows: its command, its conversation and its statements."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pglast
import pytest

from tests.dispatching import values
from tests.docs.code_blocks import find_code_blocks
from tests.fixtures.offered import with_offered_flows
from tests.flows.insurance.conftest import CERTIFICATE, office
from tests.operations.command import run
from wa_webhook.dev.postgres import MIGRATING_ROLE

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect, Database
    from tests.flows.insurance.conftest import Office
    from wa_webhook.testing import Chat

__all__ = ["office"]

pytestmark = pytest.mark.any_server

DOCUMENT = "docs/flows/insurance.md"
(COMMAND,) = find_code_blocks(DOCUMENT, "sh")
(TALK,) = find_code_blocks(DOCUMENT, "text")
DECISIONS, SETTINGS = find_code_blocks(DOCUMENT, "sql")
STATUS = "select status from public.insurance_cases order by id"
CASES = """
insert into public.insurance_cases (id, user_id, insured_name, status, submitted_at)
overriding system value
select 16 + row_number() over (), user_id, 'Ana', 'submitted', now() from public.profiles;
insert into public.insurance_documents (case_id, case_status, document, received_at)
select id, 'submitted', document, now() from public.insurance_cases
cross join unnest(array['certificate', 'vehicle_card']) as document;
insert into public.insurance_fields
(case_id, case_status, document, field, value, confirmed_at)
select id, 'submitted', 'vehicle_card', 'plate', 'RAC123B', now() from public.insurance_cases;
"""


def test_its_command_brings_the_flow(database: Database, connection: Connection[DictRow]) -> None:
    _program, *arguments = shlex.split(COMMAND.code)
    migrated = run(*arguments, database=database, role=MIGRATING_ROLE)
    assert migrated.exit_code == 0, migrated.output
    states = "select count(*) from wa.flow_states where flow = 'insurance'"
    assert values(connection, states) == [8]


@with_offered_flows
def test_it_talks_as_it_is_shown(chat: Chat, office: Office) -> None:
    ana = chat.person("Ana")
    for said, heard in re.findall(r"^(Ana.*)\n((?:(?:Bot|    ).*\n)+)", TALK.code, re.MULTILINE):
        replies = said.startswith("Ana: ") and ana.says(said.removeprefix("Ana: "))
        if not replies:
            replies = ana.sends_picture()
            office.fetch()
            office.read(*CERTIFICATE)
            replies += ana.hears()
        assert replies == heard.replace("\n     ", "\n").removeprefix("Bot: ").rstrip().split(
            "\nBot: "
        )


@with_offered_flows
def test_its_statements_run_as_the_roles_that_they_are_for(chat: Chat, connect: Connect) -> None:
    for name in ("Ana", "Ben", "Cora"):
        chat.person(name).says("hello")
    chat.owner.execute(CASES.encode())
    operator, agent = connect("wa_operator_role"), connect("wa_agent_role")
    for number, statement in enumerate(pglast.split(DECISIONS.code)):
        (operator if number % 2 else agent).execute(statement.encode())
    assert values(chat.owner, STATUS) == ["returned", "accepted", "declined"]
    for statement in pglast.split(SETTINGS.code):
        assert operator.execute(statement.encode()).rowcount == 1
