"""Somebody who insures a vehicle, a worker that does by hand what OCR does, and the staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from wa_webhook.testing import Chat, Person
    from wa_webhook.testing.chat import Heard

CERTIFICATE = ("Policy no: AB-123456", "Registration number: RAC 123 B", "Valid until: 31/03/2099")
CARD = ("Plate: RAC 123 B", "Chassis no: JTDBR32E720012345")


class Office:
    """What is done outside of the conversation; `agent` decides as a colleague in psql."""

    def __init__(self, chat: Chat, worker: Connection[DictRow], agent: Connection[DictRow]) -> None:
        self.chat = chat
        self.agent = agent
        self._worker = worker

    def fetch(self, mime_type: str = "image/jpeg") -> None:
        """Store what was sent."""
        task = self.claim("media.fetch")
        stored = {"media": task["input"]["media"], "key": task["input"]["key"], "size_bytes": 4}
        self.settle(task, "done", result=stored | {"mime_type": mime_type})

    def refuse(self, problem: str) -> None:
        """Find that what was sent is not what it says."""
        task = self.claim("media.fetch")
        refused = {"media": task["input"]["media"], "refused": problem}
        self.settle(task, "done", result=refused)

    def read(self, *lines: str, confidence: float = 0.97) -> None:
        """Read these lines in what was stored."""
        read = [
            {"text": text, "confidence": confidence, "box": [0.04, 0.1 * place, 0.6, 0.05]}
            for place, text in enumerate(lines, 1)
        ]
        page = {"page": 1, "lines": read}
        self.settle(self.claim("read_document"), "done", result={"pages": [page]})

    def fail(self, kind: str) -> None:
        """Give a task up for good."""
        self.settle(self.claim(kind), "failed", error_class="permanent", error_message="no")

    def claim(self, kind: str) -> DictRow:
        """Take the only task of a kind."""
        claim = "select * from public.wa_tasks_claim('worker-1', array[%s])"
        (task,) = self._worker.execute(claim, [kind]).fetchall()
        return task

    def settle(self, task: DictRow, outcome: str, **fields: Any) -> None:
        """Say what came of a task."""
        result = {"id": task["id"], "lock_token": str(task["lock_token"]), "outcome": outcome}
        self._worker.execute("select public.wa_tasks_settle(%s)", [Jsonb([result | fields])])
        self.chat.deliver()

    def decide(self, decision: str, **given: object) -> DictRow:
        """Decide the only case that waits, as Kim."""
        (case,) = self.agent.execute("select case_id from public.insurance_list_cases()").fetchall()
        decide = (
            "select * from public.insurance_decide_case("
            "%s, %s, reason => %s, wrong => %s, agent => 'Kim')"
        )
        wrong = given.get("wrong")
        listed = None if wrong is None else Jsonb(wrong)
        arguments = [case["case_id"], decision, given.get("reason"), listed]
        (decided,) = self.agent.execute(decide, arguments).fetchall()
        self.chat.deliver()
        return decided


@pytest.fixture
def office(chat: Chat, connect: Connect) -> Office:
    """A worker and a colleague."""
    return Office(chat, connect("wa_worker_role"), connect("wa_agent_role"))


@pytest.fixture
def ana(chat: Chat) -> Person:
    """Somebody who is asked for the certificate."""
    ana = chat.person("Ana")
    ana.says("insurance").taps("Yes").says("Ana  García")
    return ana


def send_certificate(ana: Person, office: Office, *lines: str) -> Heard:
    """Send a certificate, of which these lines are read, and return what is heard then."""
    ana.sends_picture()
    office.fetch()
    office.read(*lines or CERTIFICATE)
    return ana.hears()


def fill_in(ana: Person, office: Office) -> Heard:
    """Send both documents, confirm what was read, and return the review."""
    send_certificate(ana, office)
    ana.taps("Yes").taps("Yes").taps("Yes")
    ana.sends_document("card.pdf")
    office.fetch("application/pdf")
    office.read(*CARD)
    return ana.taps("Yes").taps("Yes")
