"""What is seldom called works on a node too, by an owner that no node lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from tests.payloads import envelope, message, text_message

if TYPE_CHECKING:
    from tests.nodes.conftest import Business

MESSAGE = """from jsonb_populate_record(null::wa.message, jsonb_build_object(
    'wa_message_id', 'wamid.R', 'message_type', 'image', 'sent_at', now(), 'sequence', 1,
    'status', %(status)s::text, 'user_id', %(user_id)s::text, 'content', jsonb_build_object(
    'image', jsonb_build_object('id', '7', 'sha256', repeat('b', 64))))) as message"""
RARE = {
    """wa.leave_out_foreign('[{"field": "account_update", "phone_number_id": "9",
        "is_foreign": true, "body": {}}]')""": None,
    """wa.note_calls('[{"field": "calls", "body": {"calls": [{"direction": "USER_INITIATED",
        "from": "34600333444", "timestamp": "1"}]}}]')""": "",
    """wa.note_marketing_preferences('[{"field": "user_preferences", "body": {"user_preferences":
        [{"category": "marketing_messages", "value": "resume", "wa_id": "34600333444"}]}}]')""": "",
    """wa.keep_payloads('[{"body": "e30=", "reason": "not_json", "error": "22000: no"}]')""": "",
    """(wa.log_other_statuses('[{"type": "payment", "status": "captured"}]') -> 'payments')""": 1,
    """(wa.log_unknown_errors('[{"status": "failed", "errors": [{"code": 99999}]}]') #> '{0,count}')
    """: 1,
    """(wa.log_rest('[{"path": "entry.changes", "field": "new", "body": {}}]')
        #> '{0,count}')""": 1,
    f"wa.keep_foreign(array_agg(message)) {MESSAGE}": 1,
    f"wa.tell_of_failures(array_agg(message), array[now()]) {MESSAGE}": "",
}


def test_what_is_seldom_noted_is_noted_by_the_owner_on_the_node(business: Business) -> None:
    business.ask(
        "select wa.wa_dispatch(%s, %s)",
        Jsonb(envelope(messages=[text_message("menu", sender="34600333444")])),
        Jsonb({}),
        role=business.names.edge_role,
    )
    with (
        psycopg.connect(make_conninfo(business.url, port=business.home)) as owner,
        owner.transaction(force_rollback=True),
    ):
        runtime = sql.Identifier(business.names.runtime_role)
        owner.execute(sql.SQL("set local role {}").format(runtime))
        profile = owner.execute(
            sql.SQL("select user_id::text from {}.profiles limit 1").format(
                sql.Identifier(business.names.schema)
            )
        ).fetchone()
        assert profile
        given = {"user_id": profile[0], "status": "failed"}
        outcomes = {
            call: owner.execute(
                f"select {call}".replace("wa.", f"{business.names.schema}.").encode(), given
            ).fetchone()
            for call in RARE
        }
    assert outcomes == {call: (outcome,) for call, outcome in RARE.items()}


def test_operators_call_through_every_node(business: Business) -> None:
    operator = business.names.operator_role
    business.change(
        "update wa.settings set value = jsonb_build_array('image')"
        " where key = 'received_media_kinds'"
    )
    picture = {"id": "7", "mime_type": "image/jpeg", "sha256": "c" * 64}
    for so_far, port in enumerate(business.ports, start=1):
        business.ask(
            "select wa.wa_dispatch(%s, %s)",
            Jsonb(envelope(messages=[message("image", picture, sender="34600333444")])),
            Jsonb({}),
            role=business.names.edge_role,
            port=port,
        )
        business.change("update wa.media set status = 'failed', problem = 'gone'")
        ((queued,),) = business.ask(
            "select wa.wa_notify_many(%s, %s)",
            ["+34600333444", f"+3460044455{port % 10}"],
            Jsonb({"type": "text", "text": {"body": "hello"}}),
            role=operator,
            port=port,
        )
        ((retried,),) = business.ask("select wa.wa_media_retry()", role=operator, port=port)
        business.ask("select kind from wa.alert_overview", role=operator, port=port)
        ((step,),) = business.ask("select wa.wa_retention_step()", role=operator, port=port)
        assert (queued, retried) == (2, so_far)
        assert (step["is_done"], step.get("error")) == (True, None)


def test_a_handler_on_the_node_purges(business: Business) -> None:
    business.change(
        "insert into wa.webhook_logs (kind, detail, received_at)"
        " select 'snapshot', to_jsonb(0), now() - interval '99 days'"
    )
    url = make_conninfo(business.url, user=business.names.edge_role, port=business.home)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"call {business.names.schema}.wa_retention_purge()".encode())
    left = business.ask(
        "select count(*) from wa.webhook_logs where received_at < now() - interval '90 days'",
        role="",
    )
    assert left == [(0,)]
