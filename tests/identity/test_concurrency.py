"""Many handlers at once: one profile for one person, no deadlock, and no waiting for others."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import dispatch, send, value
from tests.fixtures.citus import limits_there

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.identity.conftest import World

ROUNDS = 25


def test_first_messages_of_one_person_at_once_make_one_profile(
    connect: Connect, world: World
) -> None:
    handlers = [connect("wa_edge_role") for _ in range(4)]
    barrier = threading.Barrier(len(handlers), timeout=20)

    def first_words(number: int, handler: Connection[DictRow]) -> None:
        for one in range(ROUNDS):
            phone, bsuid = str(34600000000 + one), f"ES.{one}"
            named = [(phone, None), (phone, bsuid), (None, bsuid), (phone, bsuid)][number]
            message = payloads.text_message(sender=named[0], user_id=named[1])
            barrier.wait()
            assert send(handler, message) == {"processed": 1}

    with ThreadPoolExecutor(len(handlers)) as pool:
        list(pool.map(first_words, range(4), handlers))
    assert world.knows() == {(f"+{34600000000 + one}", f"ES.{one}") for one in range(ROUNDS)}


def test_batches_with_the_same_people_in_any_order_never_deadlock(
    connect: Connect, world: World
) -> None:
    # Each round: known people, new ones, and pairs that are merged or renamed by some handler.
    handlers = [connect("wa_edge_role") for _ in range(4)]
    barrier = threading.Barrier(len(handlers), timeout=20)

    def batch(one: int, shuffler: random.Random) -> payloads.Json:
        messages = []
        for person in range(6):
            number = one * 3 + person
            phone, bsuid = str(34600000000 + number), f"ES.{number}"
            names = [(phone, None), (None, bsuid), (phone, bsuid)]
            messages += [
                payloads.text_message("help", sender=sender, user_id=user_id)
                for sender, user_id in shuffler.sample(names, 2)
            ]
        messages.append(payloads.user_id_changed(f"ES.{one * 3}", f"ES.x{one * 3}"))
        shuffler.shuffle(messages)
        return payloads.envelope(messages)

    def work(number: int, handler: Connection[DictRow]) -> list[str]:
        shuffler = random.Random(number)
        errors = []
        for one in range(ROUNDS):
            barrier.wait()
            body = batch(one, shuffler)
            for _ in range(4):
                try:
                    assert dispatch(handler, body)["failed"] == 0
                except psycopg.errors.SerializationFailure:
                    continue
                except psycopg.Error as error:
                    errors.append(f"{error.sqlstate}: {error}")
                break
            else:
                errors.append("gave up")
        return errors

    with ThreadPoolExecutor(len(handlers)) as pool:
        errors = [error for some in pool.map(work, range(4), handlers) for error in some]
    assert errors == []


def test_batches_of_people_we_know_never_deadlock(connect: Connect, world: World) -> None:
    people = [(str(34600000000 + number), f"ES.{number}") for number in range(40)]
    for phone, bsuid in people:
        world.hears(phone, bsuid)
    handlers = [connect("wa_edge_role") for _ in range(4)]
    barrier = threading.Barrier(len(handlers), timeout=20)

    def work(number: int, handler: Connection[DictRow]) -> None:
        shuffler = random.Random(number)
        for _ in range(ROUNDS):
            shuffled = shuffler.sample(people, len(people))
            messages = [
                payloads.reaction_message(sender=phone, user_id=bsuid) for phone, bsuid in shuffled
            ]
            barrier.wait()
            assert send(handler, *messages) == {"ignored": len(people)}

    with ThreadPoolExecutor(len(handlers)) as pool:
        list(pool.map(work, range(4), handlers))


@limits_there
def test_a_person_whose_profile_is_held_keeps_nobody_else_waiting(
    connect: Connect, world: World
) -> None:
    world.hears("34600000001", "ES.1")
    world.hears("34600000002")
    holding, other = connect("wa_edge_role", autocommit=False), connect("wa_edge_role")
    other.execute("set lock_timeout = '1ms'")
    send(holding, payloads.text_message(sender="34600000001", user_id="ES.1"))
    send(holding, payloads.text_message(sender="34600000008", user_id="ES.8"))
    others = [
        payloads.text_message(sender="34600000002"),
        payloads.text_message(sender="34600000002", user_id="ES.2"),
        payloads.text_message(sender="34600000003", user_id="ES.3"),
        payloads.text_message(sender=None, user_id="ES.4"),
    ]
    for message in others:
        assert send(other, message) == {"processed": 1}
    with pytest.raises(psycopg.errors.LockNotAvailable):
        send(other, payloads.text_message(sender=None, user_id="ES.1"))
    with pytest.raises(psycopg.errors.LockNotAvailable):
        send(other, payloads.text_message(sender="34600000008"))
    holding.rollback()


def test_a_sender_renamed_while_waiting_for_the_lock_is_found_by_the_former_name(
    connect: Connect, world: World
) -> None:
    world.hears("34600000001", "ES.1")
    renaming, waiting = connect("wa_edge_role", autocommit=False), connect("wa_edge_role")
    send(renaming, payloads.user_id_changed("ES.1", "ES.2"))
    message = payloads.text_message(sender=None, user_id="ES.1")
    with ThreadPoolExecutor(1) as pool:
        racing = pool.submit(send, waiting, message)
        while not value(world.owner, "select exists(select from pg_locks where not granted)"):
            assert not racing.done()
        renaming.commit()
        assert racing.result() == {"processed": 1}
    assert world.knows() == {("+34600000001", "ES.2")}


def test_one_of_several_renamed_while_all_are_locked_asks_for_another_try(
    connect: Connect, world: World
) -> None:
    world.hears("34600000001", "ES.1")
    world.hears("34600000002", "ES.3")
    renaming, waiting = connect("wa_edge_role", autocommit=False), connect("wa_edge_role")
    send(renaming, payloads.user_id_changed("ES.1", "ES.2"))
    messages = [payloads.text_message(sender=None, user_id=bsuid) for bsuid in ("ES.1", "ES.3")]
    with ThreadPoolExecutor(1) as pool:
        racing = pool.submit(send, waiting, *messages)
        while not value(world.owner, "select exists(select from pg_locks where not granted)"):
            assert not racing.done()
        renaming.commit()
        with pytest.raises(psycopg.errors.SerializationFailure):
            racing.result()
    assert send(waiting, *messages) == {"processed": 2}
    assert world.knows() == {("+34600000001", "ES.2"), ("+34600000002", "ES.3")}


def test_who_waits_to_make_a_strangers_profile_holds_no_known_one(
    connect: Connect, world: World
) -> None:
    world.hears("34600000001", "ES.1")
    making, waiting = connect("wa_edge_role", autocommit=False), connect("wa_edge_role")
    stranger = payloads.text_message(sender="34600000008", user_id="ES.8")
    send(making, stranger)
    with ThreadPoolExecutor(1) as pool:
        known = payloads.text_message(sender="34600000001", user_id="ES.1")
        again = payloads.text_message(sender="34600000008", user_id="ES.8")
        racing = pool.submit(send, waiting, known, again)
        while not value(world.owner, "select exists(select from pg_locks where not granted)"):
            assert not racing.done()
        free = "select count(*) from (select from public.profiles for update skip locked) as free"
        free_profiles = value(world.owner, free)
        making.commit()
        assert racing.result() == {"processed": 2}
    assert free_profiles == 1


def test_a_replay_and_a_delivery_of_the_same_message_do_not_deadlock(
    connect: Connect, world: World
) -> None:
    message = payloads.text_message("help", sender="34600000001")
    world.owner.execute(
        "update wa.flow_states set step_function = 'step_none' where state = 'help'"
    )
    send(world.edge, message)
    operator, handler = connect("wa_operator_role"), connect("wa_edge_role")
    barrier = threading.Barrier(2, timeout=20)

    def replay() -> None:
        for _ in range(ROUNDS):
            barrier.wait()
            operator.execute("select public.wa_replay_event(%s, true)", (message["id"],))

    def deliver() -> None:
        for _ in range(ROUNDS):
            barrier.wait()
            send(handler, message, payloads.text_message(sender="34600000001"))

    with ThreadPoolExecutor(2) as pool:
        for working in (pool.submit(replay), pool.submit(deliver)):
            working.result()
    assert value(world.owner, "select count(*) from public.wa_events") == ROUNDS + 1
