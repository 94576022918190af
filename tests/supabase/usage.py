"""A day's work in one database, so that PostgreSQL has counted which indexes it needs."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tests.baskets.callers import call
from tests.identity.conftest import World
from tests.queue.conftest import Queue
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

PHONE, BSUID = "34600000001", "ES.1"
OTHER_PHONE = "34600000002"

# Who takes something away makes PostgreSQL look for what still refers to it.
_REMOVALS = (
    "insert into wa.locales values ('de', 'Deutsch')",
    "delete from wa.locales where locale = 'de'",
    """insert into wa.flow_states (state, flow, step_function, description)
    values ('gone', 'none', 'step_gone', 'gone')""",
    "delete from wa.flow_states where state = 'gone'",
    "insert into wa.flow_entries (kind, value, to_state) values ('reply', 'gone', 'home')",
    "delete from wa.flow_entries where value = 'gone'",
    "insert into public.profiles (whatsapp_e164) values ('+34600000009')",
    "delete from public.profiles where whatsapp_e164 = '+34600000009'",
    """insert into public.baskets (name, currency, share_token)
    select 'Gone', currency, wa.generate_basket_code() from public.baskets""",
    "delete from public.baskets where name = 'Gone'",
)


def work_through(database: Database) -> None:
    """Receive, send, merge, save together, look, purge and tidy up."""
    # A planner that sees ten rows reads them all; ten million would be looked up.
    with psycopg.connect(database.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute(
            sql.SQL("alter database {} set enable_seqscan = off").format(
                sql.Identifier(database.name)
            )
        )
    with ExitStack() as closing:

        def connect(role: str) -> Connection[DictRow]:
            return closing.enter_context(
                psycopg.connect(database.url(role), autocommit=True, row_factory=dict_row)
            )

        owner = connect("postgres")
        edge = connect("wa_edge_role")
        notifier = connect("wa_notifier_role")
        operator = connect("wa_operator_role")
        world = World(edge, owner)
        _write_and_merge(world)
        _send(Queue(owner, notifier), notifier)
        _save_together(owner)
        worker = connect("wa_worker_role")
        _do_tasks(owner, worker)
        _keep_media(owner, worker)
        _answer_people(connect("wa_agent_role"))
        _look(operator)
        edge.execute("call public.wa_retention_purge()")
        for removal in _REMOVALS:
            owner.execute(removal.encode())


def _answer_people(agent: Connection[DictRow]) -> None:
    agent.execute("select * from public.wa_desk_conversations('Ana')")
    agent.execute("select public.wa_desk_open(%s)", (f"+{PHONE}",))


def _write_and_merge(world: World) -> None:
    world.hears(PHONE)
    world.hears(None, BSUID)
    world.hears(PHONE, BSUID)
    world.hears(OTHER_PHONE)


def _send(queue: Queue, notifier: Connection[DictRow]) -> None:
    phone = f"+{OTHER_PHONE}"
    queue.accept(queue.claim())
    sent = queue.queue(phone)
    queue.accept(queue.claim())
    queue.apply_statuses(
        queue.status_of(sent, "delivered"), {"id": "wamid.unknown", "status": "read"}
    )
    queue.write(queue.value("select user_id from public.profiles where whatsapp_e164 = %s", phone))
    queue.execute("select wa.raise_alert('notification_failed', '131026', '{}')")
    notifier.execute("select * from public.wa_alerts_claim('worker')")


def _save_together(owner: Connection[DictRow]) -> None:
    owner.execute("update wa.settings set value = '\"+15550001111\"' where key = 'bot_number_e164'")
    profile: dict[str, Any] = {}
    for name in (PHONE, OTHER_PHONE):
        row = owner.execute(
            "select user_id from public.profiles where whatsapp_e164 = '+' || %s", (name,)
        ).fetchone()
        assert row is not None
        profile[name] = row["user_id"]
    ana, bruno = profile[PHONE], profile[OTHER_PHONE]
    (made,) = call(
        owner,
        "basket_create",
        _profile_id=ana,
        _whatsapp=None,
        _name="Roof",
        _is_public=True,
        _goal_minor=100,
    )
    basket = made["basket_id"]
    call(owner, "basket_list_mine", _profile_id=ana)
    call(owner, "basket_discover_nearby", _profile_id=bruno, _lat=0.0, _lng=0.0, _limit=5)
    call(owner, "basket_join_by_code", _profile_id=bruno, _whatsapp=None, _code=made["share_token"])
    owner.execute("select public.basket_contribute(%s, %s, 5::bigint, 'payment-1')", (ana, basket))
    call(owner, "basket_detail", _profile_id=bruno, _basket_id=basket)


def _do_tasks(owner: Connection[DictRow], worker: Connection[DictRow]) -> None:
    owner.execute(
        """
        select wa.request_task(
          jsonb_populate_record(
            null::wa.chat, jsonb_build_object('user_id', user_id, 'state', 'home')
          ),
          'scan', '{}'
        )
        from public.profiles where whatsapp_e164 = '+' || %s
        """,
        (OTHER_PHONE,),
    )
    for _ in range(2):
        worker.execute("select * from public.wa_tasks_claim('worker', '{scan}')")
    worker.execute("select public.wa_tasks_settle('[]')")


def _keep_media(owner: Connection[DictRow], worker: Connection[DictRow]) -> None:
    owner.execute(
        """
        with object as (
          insert into wa.media_objects (sha256) values (repeat('0', 64)) returning id
        )
        insert into wa.media
          (user_id, wa_message_id, kind, media_id, object_id, received_at, expires_at)
        select profile.user_id, 'wamid.picture', 'image', '1', object.id, now(), now()
        from object, public.profiles as profile
        where profile.whatsapp_e164 = '+' || %s
        """,
        (OTHER_PHONE,),
    )
    owner.execute("delete from wa.media")
    worker.execute("select * from public.wa_media_deletions_claim()")


def _look(operator: Connection[DictRow]) -> None:
    operator.execute("select public.wa_health(), public.wa_metrics()")
    operator.execute(
        "select * from public.wa_events where status = 'failed' order by received_at limit 10"
    )
