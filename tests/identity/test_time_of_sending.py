"""What was sent earlier undoes nothing that was sent later, whatever the order of delivery."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from tests import payloads
from tests.dispatching import (
    break_step,
    dispatch,
    mend_step,
    reply_texts,
    row,
    say,
    send,
    tap,
    text,
    value,
)

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.identity.conftest import World

A, B, C = "34600000001", "34600000002", "34600000003"
NOW = int(payloads.unix_seconds())
"""Times of sending are minutes before it."""


def at(minutes_ago: float) -> int:
    return NOW - int(60 * minutes_ago)


def is_opted_out(world: World) -> Any:
    return value(world.owner, "select opted_out_at is not null from public.profiles")


CONSENT = [
    ({"stop": 10, "start": 5}, False),
    ({"stop": 5, "start": 10}, True),
    ({"stop": 10, "start": 5, "unsubscribe": 1}, True),
]


@pytest.mark.parametrize(
    ("order", "ends_out"),
    [(order, out) for sent, out in CONSENT for order in permutations(sent.items())],
)
def test_the_last_word_sent_about_consent_holds_in_whatever_order_it_is_delivered(
    world: World, order: list[tuple[str, int]], ends_out: bool
) -> None:
    for word, minutes_ago in order:
        say(world.edge, word, sender=A, timestamp=at(minutes_ago))
    assert is_opted_out(world) is ends_out


def test_a_word_about_consent_that_a_later_one_has_overtaken_is_not_confirmed(
    world: World,
) -> None:
    say(world.edge, "stop", sender=A, timestamp=at(5))
    say(world.edge, "start", sender=A, timestamp=at(10))
    assert reply_texts(world.owner) == [text(world.owner, "subscription.stopped")]
    say(world.edge, "start", sender=A, timestamp=at(3))
    welcomed = len(reply_texts(world.owner))
    say(world.edge, "stop", sender=A, timestamp=at(4))
    assert len(reply_texts(world.owner)) == welcomed


def test_of_words_about_consent_of_one_second_the_one_delivered_last_holds(world: World) -> None:
    for word, is_out in (("stop", True), ("start", False), ("stop", True)):
        say(world.edge, word, sender=A, timestamp=at(5))
        assert is_opted_out(world) is is_out


def test_a_replayed_word_about_consent_undoes_no_later_one(
    world: World, operator: Connection[DictRow]
) -> None:
    say(world.edge, "menu", sender=A, timestamp=at(20))
    break_step(world.owner, "subscribe")
    failed = payloads.text_message("start", sender=A, timestamp=at(10))
    assert send(world.edge, failed) == {"failed": 1}
    mend_step(world.owner, "subscribe")
    say(world.edge, "stop", sender=A, timestamp=at(5))
    value(operator, "select public.wa_replay_event(%s, true)", failed["id"])
    assert is_opted_out(world) is True


def named(world: World, name: str | None, minutes_ago: float, **fields: Any) -> payloads.Json:
    message = payloads.text_message(sender=A, timestamp=at(minutes_ago), **fields)
    send(world.edge, message, contacts=[payloads.contact(A, name=name)])
    return message


def test_an_older_name_overwrites_no_newer_one(world: World) -> None:
    for name, minutes_ago in (("Kim", 20), ("Ana", 30), (None, 5), ("Kim Lee", 10), ("Kim", 15)):
        named(world, name, minutes_ago)
    assert value(world.owner, "select display_name from public.profiles") == "Kim Lee"


def test_the_names_of_people_who_are_new_are_known_whatever_they_send(world: World) -> None:
    people = {A: "Ana", B: "Kim"}
    contacts = [payloads.contact(number, name=name) for number, name in people.items()]
    reactions = [payloads.reaction_message(sender=number) for number in people]
    assert send(world.edge, *reactions, contacts=contacts) == {"ignored": 2}
    known = world.owner.execute("select whatsapp_e164, display_name from public.profiles")
    assert {row["whatsapp_e164"]: row["display_name"] for row in known} == {
        f"+{number}": name for number, name in people.items()
    }


@pytest.mark.parametrize("others", [[], [B]], ids=["alone", "beside others"])
def test_a_name_that_was_confirmed_later_outlasts_one_sent_between(
    world: World, others: list[str]
) -> None:
    for minutes_ago, name in ((5, None), (30, "Kim"), (10, "Kim"), (20, "Ana")):
        contacts = [payloads.contact(A, name=name), *map(payloads.contact, others)]
        messages = [
            payloads.text_message(sender=one, timestamp=at(minutes_ago)) for one in (A, *others)
        ]
        send(world.edge, *messages, contacts=contacts)
    name_of = "select display_name from public.profiles where whatsapp_e164 = %s"
    assert value(world.owner, name_of, f"+{A}") == "Kim"


@pytest.mark.parametrize("is_reversed", [True, False])
def test_of_the_names_in_a_payload_the_last_one_sent_is_kept(
    world: World, is_reversed: bool
) -> None:
    bodies = [
        payloads.envelope(
            [payloads.text_message(sender=A, timestamp=at(minutes_ago))],
            contacts=[payloads.contact(A, name=name)],
        )
        for minutes_ago, name in ((30, "Ana"), (20, "Kim"), (10, None))
    ]
    dispatch(world.edge, bodies[::-1] if is_reversed else bodies)
    assert value(world.owner, "select display_name from public.profiles") == "Kim"


def test_an_older_choice_of_language_undoes_no_newer_one(world: World) -> None:
    for chosen, minutes_ago in (("fr", 10), ("en", 20)):
        say(world.edge, "language", sender=A, timestamp=at(minutes_ago))
        tap(world.edge, f"language.{chosen}", sender=A, timestamp=at(minutes_ago))
    assert value(world.owner, "select locale from public.profiles") == "fr"
    assert text(world.owner, "language.set") not in reply_texts(world.owner)


def test_an_older_pair_takes_a_number_from_nobody_who_has_it_since(world: World) -> None:
    world.hears(A, "ES.1", timestamp=at(30))
    world.hears(A, "ES.2", timestamp=at(10))
    world.hears(A, "ES.1", timestamp=at(20))
    world.hears(A, "ES.3", timestamp=at(25))
    assert world.knows() == {(None, "ES.1"), (f"+{A}", "ES.2"), (None, "ES.3")}


def test_an_older_number_beside_a_bsuid_replaces_no_newer_one(world: World) -> None:
    world.hears(B, "ES.1", timestamp=at(10))
    world.hears(A, "ES.1", timestamp=at(20))
    assert world.knows() == {(f"+{B}", "ES.1")}
    world.hears(A, timestamp=at(15))
    assert world.knows() == {(f"+{B}", "ES.1")}


def test_of_two_numbers_of_one_second_the_one_delivered_last_holds(world: World) -> None:
    for number in (A, B):
        world.hears(number, "ES.1", timestamp=at(5))
    assert world.knows() == {(f"+{B}", "ES.1")}


def test_an_older_status_takes_a_number_from_nobody(world: World) -> None:
    world.hears(A, "ES.1", timestamp=at(30))
    world.hears(A, "ES.2", timestamp=at(10))
    late = payloads.status_update(recipient=A, timestamp=at(20), recipient_user_id="ES.1")
    dispatch(world.edge, payloads.envelope(statuses=[late]))
    assert world.knows() == {(None, "ES.1"), (f"+{A}", "ES.2")}


def changes(*, with_bsuids: bool) -> list[payloads.Json]:
    """Return how one person went from A to B, and later to C."""
    pairs = [{"previous_user_id": f"ES.{n}", "new_user_id": f"ES.{n + 1}"} for n in (1, 2)]
    return [
        payloads.number_changed(new, sender=old, timestamp=at(ago), **(ids if with_bsuids else {}))
        for (old, new, ago), ids in zip(((A, B, 20), (B, C, 10)), pairs, strict=True)
    ]


@pytest.mark.parametrize("with_bsuids", [True, False])
@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0), (1, 0, 1)])
def test_changes_of_number_lead_to_the_last_one_in_whatever_order(
    world: World, order: tuple[int, ...], with_bsuids: bool
) -> None:
    world.hears(A, "ES.1" if with_bsuids else None, timestamp=at(30))
    told = changes(with_bsuids=with_bsuids)
    for one in order:
        world.learns(told[one] | {"id": payloads.unique_message_id()})
    assert world.knows() == {(f"+{C}", "ES.3" if with_bsuids else None)}


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 0, 1)])
def test_changes_of_bsuid_lead_to_the_last_one_in_whatever_order(
    world: World, order: tuple[int, ...]
) -> None:
    world.hears(A, "ES.1", timestamp=at(30))
    told = [
        payloads.user_id_changed(f"ES.{n}", f"ES.{n + 1}", timestamp=at(30 - 10 * n))
        for n in (1, 2)
    ]
    for one in order:
        world.learns(told[one] | {"id": payloads.unique_message_id()})
    assert world.knows() == {(f"+{A}", "ES.3")}


def test_what_was_sent_before_a_change_of_number_is_of_the_person_who_changed(
    world: World,
) -> None:
    world.hears(A, timestamp=at(30))
    world.learns(payloads.number_changed(B, sender=A, timestamp=at(20)))
    world.hears(A, timestamp=at(10))
    say(world.edge, "stop", sender=A, timestamp=at(25))
    opted_out = "select whatsapp_e164 from public.profiles where opted_out_at is not null"
    assert value(world.owner, opted_out) == f"+{B}"
    assert world.knows() == {(f"+{A}", None), (f"+{B}", None)}


def test_a_change_takes_a_number_from_nobody_who_has_it_since(world: World) -> None:
    world.hears(A, "ES.1", timestamp=at(30))
    world.hears(B, "ES.9", timestamp=at(10))
    world.learns(
        payloads.number_changed(
            B, sender=A, previous_user_id="ES.1", new_user_id="ES.2", timestamp=at(20)
        )
    )
    assert (f"+{B}", "ES.9") in world.knows()
    assert {bsuid for _, bsuid in world.knows()} == {"ES.2", "ES.9"}


LATEST = [
    ("display_name", "'Old'", "'New'"),
    ("whatsapp_e164", f"'+{A}'", f"'+{B}'"),
    ("locale", "'en'", "'fr'"),
]
TIMES = {"display_name": "display_name_at", "whatsapp_e164": "phone_at", "locale": "locale_at"}


@pytest.mark.parametrize("newest", ["survivor", "merged"])
def test_a_merge_keeps_what_was_said_last(world: World, newest: str) -> None:
    columns = ", ".join(f"{name}, {TIMES[name]}" for name, *_ in LATEST)

    def add(values: str, created: str, *, is_newest: bool, opted_out: str) -> Any:
        return value(
            world.owner,
            f"insert into public.profiles ({columns}, created_at, opted_out_at, consent_at)"
            f" values ({values}, {created}, {opted_out}, now() - interval '{2 - is_newest} h')"
            " returning user_id",
        )

    def facts(which: int, *, is_newest: bool) -> str:
        said = f"now() - interval '{2 - is_newest} h'"
        return ", ".join(f"{one[1 + which]}, {said}" for one in LATEST)

    is_merged_newer = newest == "merged"
    survivor = add(
        facts(not is_merged_newer, is_newest=not is_merged_newer),
        "now() - interval '1 day'",
        is_newest=not is_merged_newer,
        opted_out="null" if not is_merged_newer else "now() - interval '2 h'",
    )
    merged = add(
        facts(is_merged_newer, is_newest=is_merged_newer),
        "now()",
        is_newest=is_merged_newer,
        opted_out="null" if is_merged_newer else "now() - interval '2 h'",
    )
    world.owner.execute("select wa.merge_profiles(%s, %s)", (merged, survivor))
    kept = row(
        world.owner,
        "select display_name, whatsapp_e164, locale, opted_out_at from public.profiles"
        " where merged_into is null",
    )
    assert kept == {
        "display_name": "New",
        "whatsapp_e164": f"+{B}",
        "locale": "fr",
        "opted_out_at": None,
    }


def test_a_change_that_leads_on_from_the_present_bsuid_is_the_next_whenever_it_was_sent(
    world: World,
) -> None:
    world.hears(A, "ES.1", timestamp=at(10))
    world.learns(
        payloads.number_changed(
            B, sender=A, previous_user_id="ES.1", new_user_id="ES.2", timestamp=at(20)
        )
    )
    assert world.knows() == {(f"+{B}", "ES.2")}


def test_a_change_leaves_the_later_number_of_the_bsuid_that_it_leads_to(world: World) -> None:
    world.hears(A, "ES.1", timestamp=at(30))
    world.hears(C, "ES.2", timestamp=at(10))
    world.learns(
        payloads.number_changed(
            B, sender=A, previous_user_id="ES.1", new_user_id="ES.2", timestamp=at(20)
        )
    )
    assert world.knows() == {(f"+{C}", "ES.2")}
