"""Users who send media, Meta's stand-in that gives them out, and a worker by hand."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import reply_texts, row, send, values
from wa_webhook.media.graph import MediaClient
from wa_webhook.worker.claimed import ClaimedTask
from wa_webhook.worker.media_kinds import FETCH, LINK, make_media_functions
from wa_webhook.worker.running import Attempt

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from wa_webhook.media.store import MediaStore
    from wa_webhook.meta_stand_in import GraphStandIn

TOKEN = "token-of-the-tests"  # noqa: S105
ANA, BEN = payloads.SENDER, "34600111333"
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(5000)
SHA256 = hashlib.sha256(PICTURE).hexdigest()

FLOW = """
insert into wa.flow_states (state, flow, step_function, description)
values ('photo', 'test', 'step_photo', 'takes a picture');
insert into wa.flow_transitions values ('photo', 'home');
insert into wa.flow_entries (kind, value, to_state)
values ('keyword', 'photo', 'photo');

create function wa.step_photo(p_chat wa.chat) returns wa.step_result
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_result constant jsonb := wa.task_result(p_chat);
begin
  if v_result is not null then
    return wa.stay(
      wa.build_text(
        coalesce(
          v_result #>> '{result,refused}',
          v_result #>> '{error,class}',
          v_result #>> '{result,mime_type}'
        )
      )
    );
  elsif (p_chat.message).message_type = 'image' and not p_chat.is_entered then
    return wa.wait_for(p_chat, wa.fetch_media(p_chat), 'help.body');
  end if;
  return wa.stay(wa.build_text('a picture, please'));
end
$$;
"""


class Gallery:
    """One database, one store, one Graph API."""

    def __init__(
        self,
        owner: Connection[DictRow],
        edge: Connection[DictRow],
        worker: Connection[DictRow],
        graph: GraphStandIn,
        graph_url: str,
        store: MediaStore,
    ) -> None:
        self.owner = owner
        self.edge = edge
        self.worker = worker
        self.graph = graph
        self.store = store
        self.client = MediaClient(base_url=f"{graph_url}/v26.0", token=TOKEN)
        self._functions = {one.kind: one for one in make_media_functions(store, self.client)}

    def fetch_on_arrival(self, *kinds: str) -> None:
        """Set which kinds are fetched as they come."""
        self.set("received_media_kinds", list(kinds))

    def set(self, key: str, value: object) -> None:
        """Change a setting."""
        self.owner.execute("update wa.settings set value = %s where key = %s", (Jsonb(value), key))

    def send(
        self,
        content: bytes = PICTURE,
        mime_type: str = "image/png",
        kind: str = "image",
        *,
        sender: str = ANA,
        **fields: Any,
    ) -> str:
        """Let a user send something, and return the message's id."""
        told = self.graph.media.receive(content, mime_type) | fields
        message = payloads.message(kind, told, sender=sender)
        assert send(self.edge, message) == {"processed": 1}
        return str(message["id"])

    def say(self, text: str) -> None:
        """Let Ana write."""
        send(self.edge, payloads.text_message(text))

    async def work(self) -> int:
        """Do the media's tasks that are due, once, and return how many."""
        rows = self.worker.execute(
            "select * from public.wa_tasks_claim('worker-1', %s, 10)", ([FETCH, LINK],)
        ).fetchall()
        tasks = [ClaimedTask(**row) for row in rows]
        for task in tasks:
            result = await Attempt(task, self._functions[task.kind], 10).run()
            self.worker.execute(
                "select public.wa_tasks_settle(%s)", (Jsonb([result.as_json(task)]),)
            )
        return len(tasks)

    def media(self) -> list[DictRow]:
        """Return what is known of media, oldest first, each with its bytes' row."""
        return self.owner.execute(
            "select media.*, sha256, key, size_bytes, mime_type, stored_at"
            " from wa.media join wa.media_objects as object on object.id = object_id"
            " order by media.id"
        ).fetchall()

    def tasks(self, column: str) -> list[Any]:
        """Return a column of all tasks."""
        return values(self.owner, f"select {column} from wa.tasks order by id")

    def objects(self) -> list[DictRow]:
        """Return what is known of bytes."""
        return self.owner.execute("select * from wa.media_objects order by sha256, id").fetchall()

    def only(self) -> DictRow:
        """Return the only one of `media`."""
        return row(
            self.owner,
            "select media.*, sha256, key, size_bytes, mime_type, stored_at"
            " from wa.media join wa.media_objects as object on object.id = object_id",
        )

    def replies(self) -> list[str]:
        """Return the texts of what was queued."""
        self.owner.execute("delete from public.notifications where kind <> 'message'")
        return reply_texts(self.owner)

    def last_reply(self) -> str:
        """Return the text of what was queued last."""
        return self.replies()[-1]
