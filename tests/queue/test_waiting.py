"""What waits for a user to write goes on when that user does (`release_waiting`); others' stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.queue.conftest import ANA, BRUNO

if TYPE_CHECKING:
    from tests.queue.conftest import Queue

BLOCK = """
    insert into wa.recipient_blocks (user_id, template_name, error_code, ends_when_user_writes)
    values (%s, %s, '131026', %s)
"""


def test_only_the_messages_of_who_has_written_go_on(queue: Queue) -> None:
    ana, bruno = (
        queue.add_user(ANA, silent_for="2 days"),
        queue.add_user(BRUNO, silent_for="2 days"),
    )
    sent, waiting, others = queue.queue(ANA), queue.queue(ANA), queue.queue(BRUNO)
    assert queue.claim() == []
    queue.write(ana)
    assert queue.row(others)["waiting_for"] == "user"
    assert queue.claimed_ids() == [sent]
    queue.write(bruno)
    assert queue.row(waiting)["waiting_for"] is None


def test_what_does_not_wait_keeps_its_time(queue: Queue) -> None:
    ana = queue.add_user(ANA)
    later = queue.queue(ANA)
    queue.execute("update public.notifications set next_attempt_at = now() + interval '1 hour'")
    before = queue.row(later)["next_attempt_at"]
    queue.write(ana)
    assert queue.row(later)["next_attempt_at"] == before


def test_a_block_ends_with_a_message_of_its_own_user_where_it_ends_with_one(queue: Queue) -> None:
    ana, bruno = queue.add_user(ANA), queue.add_user(BRUNO)
    queue.execute(BLOCK, ana, "", True)
    queue.execute(BLOCK, ana, "news", False)
    queue.execute(BLOCK, bruno, "", True)
    queue.write(ana)
    left = queue.owner.execute(
        "select user_id, template_name from wa.recipient_blocks order by template_name"
    ).fetchall()
    assert [(row["user_id"], row["template_name"]) for row in left] == [(bruno, ""), (ana, "news")]


def test_a_user_is_awaited_by_what_waits_and_by_a_block_that_a_message_ends(queue: Queue) -> None:
    def is_awaited(user: object) -> object:
        return queue.value("select wa.is_awaited(array[%s::uuid])", user)

    ana, bruno = queue.add_user(ANA), queue.add_user(BRUNO, silent_for="2 days")
    queue.execute(BLOCK, ana, "", True)
    queue.execute(BLOCK, bruno, "news", False)
    assert (is_awaited(ana), is_awaited(bruno)) == (True, False)
    queue.queue(BRUNO)
    assert queue.claim() == []
    assert is_awaited(bruno) is True
