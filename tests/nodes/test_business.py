"""A business is migrated onto a node, and answers through every node of the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.types.json import Jsonb

from tests.payloads import envelope, text_message
from wa_webhook.flows.problems import list_problems
from wa_webhook.migrate import Migrator, find_db_folder, read_whole_source
from wa_webhook.migrate.errors import NodesError
from wa_webhook.migrate.nodes import place_on_node

if TYPE_CHECKING:
    from tests.nodes.conftest import Business


def test_a_message_is_answered_through_every_node(business: Business) -> None:
    for sender_digit, port in enumerate(business.ports):
        sender = f"3460011122{sender_digit}"
        once, twice = (
            [text_message("menu", sender=sender) for _ in range(many)] for many in (1, 2)
        )
        for messages in (once, twice):
            business.ask(
                "select wa.wa_dispatch(%s, %s)",
                Jsonb(envelope(messages=messages)),
                Jsonb({}),
                role=business.names.edge_role,
                port=port,
            )
        claimed = business.ask(
            "select * from wa.wa_notifications_claim('worker', 10, '1 minute')",
            role=business.names.notifier_role,
            port=port,
        )
        ((outcome,),) = business.ask(
            "select wa.wa_notifications_settle(%s)",
            Jsonb(
                [
                    {"id": number, "lock_token": str(token), "outcome": "accepted"}
                    | {"wa_message_id": f"wamid.{number}"}
                    for number, token, *_ in claimed
                ]
            ),
            role=business.names.notifier_role,
            port=port,
        )
        assert claimed
        assert outcome["sent"] == len(claimed)


def test_another_run_finds_nothing_to_do(business: Business) -> None:
    with psycopg.connect(business.url, autocommit=True, prepare_threshold=None) as owner:
        outcome = Migrator(owner, read_whole_source(find_db_folder()), names=business.names).run()
        problems = list_problems(owner, business.names)
    assert (outcome.migrations, outcome.routines, problems) == ([], 0, [])


def test_a_person_is_handed_out_and_erased_through_every_node(business: Business) -> None:
    for sender_digit, port in enumerate(business.ports):
        sender = f"3460022233{sender_digit}"
        business.ask(
            "select wa.wa_dispatch(%s, %s)",
            Jsonb(envelope(messages=[text_message("menu", sender=sender)])),
            Jsonb({}),
            role=business.names.edge_role,
        )
        (((exported,),), ((erased,),)) = (
            business.ask(
                f"select wa.{routine}(%s)",
                f"+{sender}",
                role=business.names.operator_role,
                port=port,
            )
            for routine in ("wa_export_profile", "wa_erase_profile")
        )
        assert (len(exported["wa_events"]), len(exported["notifications"])) == (1, 1)
        assert (erased["rows"]["wa_events"], erased["rows"]["notifications"]) == (1, 1)


def test_grants_say_alone_who_sees_what(business: Business) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        business.ask("select from wa.notifications", role=business.names.edge_role)
    with psycopg.connect(business.url, autocommit=True) as owner:
        table = sql.Identifier(business.names.schema, "settings")
        owner.execute(
            sql.SQL("create policy hides on {} as restrictive using (false)").format(table)
        )
        with pytest.raises(NodesError, match="policy hides of settings hides rows"):
            place_on_node(owner, business.names, lambda _line: None)
        owner.execute(sql.SQL("drop policy hides on {}").format(table))


def test_rights_are_the_same_on_every_node(business: Business) -> None:
    schema, role = business.names.schema, business.names.reader_role
    rights = (
        f"select has_sequence_privilege('{role}', '{schema}.notifications_id_seq', 'usage'),"
        " count(*) filter (where has_function_privilege(0::oid, oid, 'execute'))"
        f" from pg_proc where pronamespace = '{schema}'::regnamespace"
    )
    with psycopg.connect(business.url, autocommit=True) as owner:
        for change, is_granted in (
            ("grant usage on {} to {}", True),
            ("revoke all on {} from {}", False),
        ):
            owner.execute(change.format(f"sequence {schema}.notifications_id_seq", role).encode())
            place_on_node(owner, business.names, lambda _line: None)
            told = [business.ask(rights, role="", port=port) for port in business.ports]
            assert told == [[(is_granted, 0)]] * len(told)


def test_the_status_finds_rights_as_they_were_made_through_every_node(business: Business) -> None:
    operator = business.names.operator_role
    for port in business.ports:
        ((status,),) = business.ask("select wa.wa_status()", role=operator, port=port)
        assert status["rights"] == {"differences": 0, "first": []}
