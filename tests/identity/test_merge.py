"""Two profiles that evidence shows to be one person become one that keeps everything of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import as_engine, row, say, send, value, values

if TYPE_CHECKING:
    from uuid import UUID

    from tests.identity.conftest import World

PHONE = "34600000001"
BSUID = "ES.1"


def two(world: World) -> tuple[UUID, UUID]:
    """Make one person known by number and, later, as another by BSUID; return both ids."""
    world.hears(PHONE)
    world.hears(None, BSUID)
    world.owner.execute(
        "update public.profiles set created_at = now() - interval '1 day' where wa_user_id is null"
    )
    older, newer = values(world.owner, "select user_id from public.profiles order by created_at")
    return older, newer


def test_the_older_profile_survives_and_the_other_points_to_it(world: World) -> None:
    older, newer = two(world)
    world.hears(PHONE, BSUID)
    assert world.knows() == {(f"+{PHONE}", BSUID)}
    assert row(world.owner, "select * from public.profiles where user_id = %s", newer) | {
        "whatsapp_e164": None,
        "wa_user_id": None,
        "merged_into": older,
    } == row(world.owner, "select * from public.profiles where user_id = %s", newer)


def test_a_status_merges_like_a_message(world: World) -> None:
    older, newer = two(world)
    world.sees_status(PHONE, BSUID)
    merged = value(world.owner, "select merged_into from public.profiles where user_id = %s", newer)
    assert merged == older


def test_columns_and_metadata_of_both_are_kept_and_the_older_s_win(world: World) -> None:
    older, newer = two(world)
    world.owner.execute(
        """
        update public.profiles set metadata = '{"a": 1, "b": 1}', display_name = null
        where user_id = %s""",
        (older,),
    )
    world.owner.execute(
        """
        update public.profiles set metadata = '{"b": 2, "c": 2}', display_name = 'Newer',
            opted_out_at = '2026-02-02Z' where user_id = %s""",
        (newer,),
    )
    world.owner.execute("select wa.merge_profiles(%s, %s)", (newer, older))
    kept = row(
        world.owner,
        "select metadata, display_name,"
        " opted_out_at = '2026-02-02Z' as is_opted_out from public.profiles where user_id = %s",
        older,
    )
    assert kept == {
        "metadata": {"a": 1, "b": 1, "c": 2},
        "display_name": "Newer",
        "is_opted_out": True,
    }


@pytest.mark.parametrize("latest", ["the older one", "the newer one"])
def test_the_chat_goes_on_where_the_more_recent_one_stood(world: World, latest: str) -> None:
    older, _ = two(world)
    said: list[tuple[str, dict[str, str | None], str]] = [
        ("help", {"sender": PHONE}, "the older one"),
        ("language", {"sender": None, "user_id": BSUID}, "the newer one"),
    ]
    for words, person, _ in sorted(said, key=lambda one: one[2] == latest):
        say(world.edge, words, **person)
    world.sees_status(PHONE, BSUID)
    chat = row(world.owner, "select user_id, state from public.chat_state")
    assert chat == {"user_id": older, "state": "help" if "older" in latest else "language"}


@pytest.mark.parametrize("latest", ["the older one", "the newer one"])
def test_with_each_number_the_window_and_the_chat_of_the_later_message_count(
    world: World, latest: str
) -> None:
    older, newer = two(world)
    for user_id, is_latest in ((older, "older" in latest), (newer, "newer" in latest)):
        world.owner.execute(
            """
            insert into public.chat_state (user_id, phone_number_id, state, updated_at)
            values (%(user)s, '1', %(state)s, %(at)s::timestamptz)
            """,
            {
                "user": user_id,
                "state": "help" if is_latest else "language",
                "at": "2026-02-11Z" if is_latest else "2026-01-11Z",
            },
        )
        world.owner.execute(
            "insert into wa.service_windows (user_id, phone_number_id, last_inbound_at, named_at)"
            " values (%(user)s, '1', %(at)s, %(at)s)",
            {"user": user_id, "at": "2026-02-11Z" if is_latest else "2026-01-11Z"},
        )
    world.owner.execute(
        "insert into wa.service_windows (user_id, phone_number_id, last_inbound_at)"
        " values (%s, '2', '2026-03-11Z')",
        (newer,),
    )
    world.owner.execute("select wa.merge_profiles(%s, %s)", (newer, older))
    chats = "select user_id, state from public.chat_state where phone_number_id = '1'"
    assert row(world.owner, chats) == {"user_id": older, "state": "help"}
    windows = world.owner.execute(
        "select user_id, phone_number_id, extract(month from last_inbound_at)::int as month,"
        " extract(month from named_at)::int as named"
        " from wa.service_windows where phone_number_id in ('1', '2') order by phone_number_id"
    ).fetchall()
    assert windows == [
        {"user_id": older, "phone_number_id": "1", "month": 2, "named": 2},
        {"user_id": older, "phone_number_id": "2", "month": 3, "named": None},
    ]


def test_what_is_still_to_be_sent_goes_to_the_survivor(world: World) -> None:
    older, newer = two(world)
    with as_engine(world.owner):
        world.owner.execute(
            "update public.notifications set status = 'sent' where user_id = %s", (newer,)
        )
    say(world.edge, "help", sender=None, user_id=BSUID)
    world.sees_status(PHONE, BSUID)
    queued = "select distinct user_id from public.notifications where status = 'queued'"
    sent = "select distinct user_id from public.notifications where status = 'sent'"
    assert values(world.owner, queued) == [older]
    assert values(world.owner, sent) == [newer]


def test_other_names_and_earlier_pointers_follow_the_survivor(world: World) -> None:
    older, newer = two(world)
    world.hears(None, "ES.0")
    world.learns(payloads.user_id_changed("ES.0", BSUID))
    world.sees_status(PHONE, BSUID)
    pointers = "select distinct merged_into from public.profiles where merged_into is not null"
    assert values(world.owner, pointers) == [older]
    aliases = "select distinct user_id from wa.profile_aliases"
    assert values(world.owner, aliases) == [older]
    world.hears(None, "ES.0")
    assert world.knows() == {(f"+{PHONE}", BSUID)}
    assert newer != older


def test_the_bsuid_that_is_not_kept_leads_to_the_survivor(world: World) -> None:
    world.hears(PHONE, BSUID)
    world.hears("34600000002", "ES.2")
    world.owner.execute(
        "select wa.merge_profiles(min(user_id::text)::uuid, max(user_id::text)::uuid)"
        " from public.profiles"
    )
    ((_, kept),) = world.knows()
    former = "select value from wa.profile_aliases where kind = 'bsuid'"
    assert values(world.owner, former) == list({BSUID, "ES.2"} - {str(kept)})


@pytest.mark.parametrize("is_survivor", [True, False])
def test_a_consent_that_was_taken_back_since_is_no_later_word(
    world: World, is_survivor: bool
) -> None:
    older, newer = two(world)
    takes_back, consents = (older, newer) if is_survivor else (newer, older)
    said = "update public.profiles set consent_at = %s, opted_out_at = %s where user_id = %s"
    world.owner.execute(said, ("2026-01-01Z", "2026-03-01Z", takes_back))
    world.owner.execute(said, ("2026-02-01Z", None, consents))
    world.owner.execute("select wa.merge_profiles(%s, %s)", (newer, older))
    opted_out = "select opted_out_at is not null from public.profiles where user_id = %s"
    assert value(world.owner, opted_out, older)


def test_messages_of_both_names_beside_the_evidence_reach_the_one_chat(world: World) -> None:
    older, _ = two(world)
    now = int(payloads.unix_seconds())
    messages = [
        payloads.text_message("help", sender=None, user_id=BSUID, timestamp=now),
        payloads.text_message("language", sender=PHONE, timestamp=now + 1),
        payloads.text_message("help", sender=PHONE, user_id=BSUID, timestamp=now + 2),
    ]
    assert send(world.edge, *messages) == {"processed": 3}
    assert row(world.owner, "select user_id, state from public.chat_state") == {
        "user_id": older,
        "state": "help",
    }


def test_two_active_bsuids_are_never_merged_without_a_system_message(world: World) -> None:
    world.hears(PHONE, BSUID)
    world.hears("34600000002", "ES.2")
    world.hears(PHONE, "ES.2")
    assert world.knows() == {(None, BSUID), (f"+{PHONE}", "ES.2")}


def add_table(world: World, columns: str, *grants: str) -> None:
    """Add a table of some flow that refers to profiles."""
    world.owner.execute(f"create table wa.pets ({columns})".encode())
    for privilege in grants:
        world.owner.execute(f"grant {privilege} on wa.pets to wa_runtime".encode())


def test_a_flow_s_own_table_refers_to_the_survivor(world: World) -> None:
    add_table(
        world,
        "name text, owner_id uuid references public.profiles,"
        " vet_id uuid references public.profiles",
        "select, update",
    )
    older, newer = two(world)
    world.owner.execute("insert into wa.pets values ('Rex', %s, %s)", (newer, newer))
    world.hears(PHONE, BSUID)
    kept = {"name": "Rex", "owner_id": older, "vet_id": older}
    assert row(world.owner, "select * from wa.pets") == kept


def test_a_table_whose_keys_could_collide_is_merged_by_its_own_routine(world: World) -> None:
    add_table(
        world, "owner_id uuid primary key references public.profiles", "select, update, delete"
    )
    world.owner.execute(
        """
        create function wa.merge_pets(p_merged uuid, p_survivor uuid) returns void
        language plpgsql set search_path = pg_catalog, pg_temp as
        $$ begin delete from wa.pets where owner_id = p_merged; end $$"""
    )
    world.owner.execute("grant execute on function wa.merge_pets to wa_runtime")
    older, newer = two(world)
    world.owner.execute("insert into wa.pets values (%s), (%s)", (older, newer))
    world.hears(PHONE, BSUID)
    assert values(world.owner, "select owner_id from wa.pets") == [older]


def test_what_wa_runtime_may_not_update_is_a_record_and_stays(world: World) -> None:
    add_table(world, "owner_id uuid references public.profiles", "select, insert")
    _, newer = two(world)
    world.owner.execute("insert into wa.pets values (%s)", (newer,))
    world.hears(PHONE, BSUID)
    assert values(world.owner, "select owner_id from wa.pets") == [newer]
    assert newer in values(world.owner, "select user_id from public.wa_events")
