"""Statements that take every login as far as its rights go: each routine, each table it may write.

Routines and rights come from the catalog, so that new ones are called unasked. What an argument
should be to lead somewhere is told by its name, else by its type.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests import payloads
from tests.dispatching import as_engine, break_step, mend_step, send, value, values
from tests.flows.baskets.scripts import KIMIRONKO, create_basket, join_basket

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from psycopg import Connection
    from psycopg.rows import DictRow

    from wa_webhook.testing import Chat

PHONE = payloads.SENDER
WHO = f"'+{PHONE}'"
_TEXT = """'{"type": "text", "text": {"body": "hello"}}'"""

LOGINS = """
    select role.rolname::text from pg_roles as role
    where role.rolcanlogin and not role.rolsuper and role.rolname <> 'postgres'
    order by 1
"""
_ROUTINES = """
    select
        routine.oid::regproc::text as name,
        routine.prokind = 'p' as is_procedure,
        routine.prorettype = 'trigger'::regtype as is_trigger,
        array(
            select format_type(argument, null)
            from unnest(routine.proargtypes::oid[]) with ordinality as listed (argument, place)
            order by place
        ) as types,
        coalesce(routine.proargnames, '{}') as names,
        routine.pronargdefaults as defaults
    from pg_proc as routine
    where routine.pronamespace in ('public'::regnamespace, 'wa'::regnamespace)
        and has_function_privilege(%s, routine.oid, 'execute')
        and has_schema_privilege(%s, routine.pronamespace, 'usage')
        and not exists (
            select from pg_depend
            where objid = routine.oid and classid = 'pg_proc'::regclass and deptype = 'e'
        )
    order by 1
"""
_WRITES = """
    select
        relation.oid::regclass::text as name,
        has_table_privilege(%(role)s, relation.oid, 'insert') as may_insert,
        has_table_privilege(%(role)s, relation.oid, 'delete') as may_delete,
        array(
            select quote_ident(attname) from pg_attribute
            where attrelid = relation.oid and attnum > 0 and not attisdropped
                and attgenerated = '' and attidentity = ''
                and has_column_privilege(%(role)s, relation.oid, attnum, 'update')
        ) as columns
    from pg_class as relation
    where relation.relnamespace in ('public'::regnamespace, 'wa'::regnamespace)
        and relation.relkind in ('r', 'p', 'v') and not relation.relispartition
        and has_schema_privilege(%(role)s, relation.relnamespace, 'usage')
    order by 1
"""

_BY_NAME: Mapping[str, str] = {
    "who": WHO,
    "recipient": WHO,
    "whatsapp": WHO,
    "worker": "'worker'",
    "batch": "10",
    "limit": "10",
    "lease": "'1 minute'",
    "name": "'Wedding'",
    "payload": _TEXT,
    "reason": "'a test'",
    "lat": str(KIMIRONKO[0]),
    "lng": str(KIMIRONKO[1]),
}
_BY_TYPE: Mapping[str, str] = {
    "text": "'x'",
    "text[]": "'{x}'",
    "uuid[]": "'{}'",
    "uuid": "gen_random_uuid()",
    "jsonb": "'{}'",
    "jsonb[]": "'{}'",
    "integer": "10",
    "bigint": "1000",
    "double precision": "0.5",
    "boolean": "true",
    "interval": "'1 minute'",
    "timestamp with time zone": "now()",
    "date": "current_date",
}
_FOR_ARGUMENTS_THAT_DEPEND: Mapping[str, str] = {
    # What one routine gives, the next takes.
    "wa_notifications_settle": """
        with claimed as materialized (
            select * from public.wa_notifications_claim('worker', 100, '1 minute')
        )
        select public.wa_notifications_settle(pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object(
                'id', id, 'lock_token', lock_token, 'outcome', outcome, 'wa_message_id', 'wamid.1',
                'wa_id', '5215550001111', 'http_status', 400, 'code', 131026, 'message', 'no'
            )
        ))
        from claimed
        cross join (values ('accepted'), ('rejected'), ('failed'), ('unknown')) as o (outcome)""",
    "wa_alerts_settle": """
        with claimed as materialized (select * from public.wa_alerts_claim('worker'))
        select public.wa_alerts_settle(coalesce(pg_catalog.jsonb_agg(claimed), '[]'))
        from claimed""",
    "wa_media_deletions_settle": """
        select public.wa_media_deletions_settle(array(
            select id from public.wa_media_deletions_claim()
        ))""",
    "wa_notify_many": f"""
        select public.wa_notify_many(pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
            'recipient', {WHO}, 'payload', {_TEXT}::pg_catalog.jsonb
        )))""",
}


def live(chat: Chat, owner: Connection[DictRow], edge: Connection[DictRow]) -> None:
    """Leave something of every kind behind: talk, baskets, a failure, alerts, what nobody reads."""
    ana, ben = chat.person("Ana", phone=PHONE), chat.person("Ben", phone="34600111333")
    ana.says("hello")
    code = create_basket(ana, is_public=True, place=KIMIRONKO)
    join_basket(ben, code)
    break_step(owner)
    send(edge, payloads.text_message("help", message_id="wamid.failed"))
    mend_step(owner)
    owner.execute(
        "insert into wa.kept_payloads (reason, body, error)"
        " values ('dispatch_error', %s, 'XX000: a test')",
        (payloads.body(payloads.envelope([payloads.text_message()])),),
    )


def converse(chat: Chat) -> None:
    """Say something to every part of the bot."""
    cho = chat.person("Cho", phone="34600111444", user_id="ES.44332211")
    code = create_basket(cho, "Roof", is_public=True, place=KIMIRONKO)
    dia = chat.person("Dia", user_id="ES.11223344")
    join_basket(dia, code)
    for text in ("my baskets", "nearby", "help", "language", "menu", "stop", "start"):
        dia.says(text)


def webhooks() -> Iterator[payloads.Json]:
    """Yield bodies that reach what a conversation does not."""
    yield payloads.envelope([payloads.text_message(sender="34600111555"), payloads.image_message()])
    yield payloads.envelope([payloads.number_changed("34600111666")])
    yield payloads.envelope([payloads.text_message(sender=PHONE, user_id="ES.77")])
    yield payloads.envelope([payloads.text_message(sender=None)])
    yield payloads.envelope([payloads.location_message(), payloads.contacts_message()])
    for status in ("sent", "delivered", "read", "failed"):
        code = 131026 if status == "failed" else None
        yield payloads.envelope(
            statuses=[payloads.status_update("wamid.1", status, error_code=code)]
        )
    changes: dict[str, payloads.Json] = {
        "message_template_status_update": {
            "event": "PAUSED",
            "message_template_id": 1,
            "message_template_name": "news",
            "message_template_language": "en",
        },
        "account_update": {"event": "ACCOUNT_VIOLATION"},
        "phone_number_quality_update": {"event": "FLAGGED", "current_limit": "TIER_1K"},
        "user_preferences": {
            "user_preferences": [
                {"wa_id": PHONE, "category": "marketing_messages", "value": "stop", "timestamp": 1}
            ]
        },
    }
    for name, content in changes.items():
        yield payloads.field_envelope(name, content)


class Calls:
    """The statements of one login; they are to be sent one by one, in any order."""

    def __init__(self, owner: Connection[DictRow], role: str) -> None:
        self._owner = owner
        self._role = role
        self._routines = owner.execute(_ROUTINES.encode(), (role, role)).fetchall()
        self._known = {
            **_BY_NAME,
            "wa_message_id": "'wamid.failed'",
            "user_id": self._quoted("select user_id from public.profiles limit 1"),
            "profile_id": self._quoted("select user_id from public.profiles limit 1"),
            "basket_id": self._quoted("select id from public.baskets limit 1"),
            "code": self._quoted("select share_token from public.baskets limit 1"),
            "id": self._quoted("select id from public.notifications limit 1"),
        }

    @property
    def routines(self) -> set[str]:
        """The routines that the login may execute."""
        return {one["name"] for one in self._routines}

    @property
    def triggers(self) -> set[str]:
        """Those of them that are for triggers: the login could put them on a table of its own."""
        return {one["name"] for one in self._routines if one["is_trigger"]}

    def of_routines(self) -> Iterator[tuple[str, str]]:
        """Yield the name of every routine with statements that call it."""
        for routine in self._routines:
            if routine["is_trigger"]:
                continue
            name = str(routine["name"])
            yield from ((name, statement) for statement in self._statements(routine))

    def of_tables(self) -> Iterator[str]:
        """Yield a statement for each way in which the login may write a table."""
        for table in self._owner.execute(_WRITES.encode(), {"role": self._role}):
            name = table["name"]
            for column in table["columns"]:
                yield f"update {qualified(name)} set {column} = {column}"
            if table["columns"] == ["next_attempt_at", "retry_count", "status"]:
                yield f"update {qualified(name)} set status = 'queued' where status = 'failed'"
            if table["may_insert"]:
                yield f"insert into {qualified(name)} default values"
            if table["may_delete"]:
                yield f"delete from {qualified(name)}"

    def _statements(self, routine: DictRow) -> Iterator[str]:
        name = routine["name"]
        if name == "wa_dispatch":
            for body in webhooks():
                literal = json.dumps(body).replace("'", "''")
                yield f"select public.wa_dispatch('{literal}')"
            return
        if given := _FOR_ARGUMENTS_THAT_DEPEND.get(name):
            yield given
        verb = "call" if routine["is_procedure"] else "select"
        of_all = [
            self._argument(*one) for one in zip(routine["names"], routine["types"], strict=False)
        ]
        for given_count in {len(of_all), len(of_all) - routine["defaults"]}:
            yield f"{verb} {qualified(name)}({', '.join(of_all[:given_count])})"

    def _argument(self, name: str, of_type: str) -> str:
        known = self._known.get(name.removeprefix("p").removeprefix("_"), _BY_TYPE.get(of_type))
        assert known is not None, f"say in {__name__} what {name} {of_type} may be"
        catalogs = of_type if " " in of_type or of_type in _KEYWORDS else f"pg_catalog.{of_type}"
        return f"{known.replace('gen_', 'pg_catalog.gen_')}::{catalogs}"

    def _quoted(self, query: str) -> str:
        found: Any = values(self._owner, query)
        return f"'{found[0]}'" if found else "null"


_KEYWORDS = {"integer", "bigint", "boolean", "interval"}


def qualified(name: str) -> str:
    """Return a name of `regproc` or `regclass` with its schema, also where public is searched."""
    return name if "." in name else f"public.{name}"


def leave_failed(owner: Connection[DictRow]) -> None:
    """Have a notification that failed, for those who may queue it again."""
    with as_engine(owner):
        owner.execute(
            "update public.notifications set status = 'failed', error_code = 1 where id ="
            " (select max(id) from public.notifications)"
        )
    assert value(owner, "select count(*) from public.notifications where status = 'failed'") == 1
