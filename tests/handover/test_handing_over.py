"""A colleague takes a conversation, and until it is given back the bot is silent in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, LiteralString

import psycopg
import pytest

from tests import payloads
from tests.dispatching import row, say, send, text, value, values
from tests.handover.conftest import ANA

if TYPE_CHECKING:
    from tests.fixtures.postgres import Connect
    from tests.handover.conftest import Desk

FLOW = """
insert into wa.flow_states (state, flow, step_function, description)
values ('support', 'test', 'step_support', 'wants a person');
insert into wa.flow_transitions values ('support', 'home');
insert into wa.flow_entries (kind, value, to_state) values ('keyword', 'person', 'support');

create function wa.step_support(p_chat wa.chat) returns wa.step_result
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if p_chat.is_entered then
    return wa.hand_over(p_chat, 'help.body', p_note => 'asked for a person');
  end if;
  return wa.finish(p_chat);
end
$$;
"""


def test_what_comes_in_one_body_with_the_wish_for_a_person_waits_for_them(desk: Desk) -> None:
    desk.owner.execute(FLOW.encode())
    before = desk.answers()
    said = [payloads.text_message(words) for words in ("person", "language")]
    assert send(desk.edge, *said) == {"processed": 2}
    assert desk.answers() == [*before, text(desk.owner, "help.body")]


def test_handed_back_the_bot_goes_on_where_the_conversation_stood(desk: Desk) -> None:
    desk.hears("language")
    desk.takes()
    desk.hears("What is this?")
    desk.gives_back()
    desk.hears("what?")
    assert desk.place()["state"] == "language"
    assert desk.answers()[-1] == desk.answers()[1]


@pytest.mark.parametrize("word", ["BOT!", "robot"])
def test_the_user_calls_the_bot_back_by_a_word(desk: Desk, word: str) -> None:
    desk.hears("language")
    desk.takes()
    assert desk.hears(word)[0] == "HANDOVER_ENDED"
    assert desk.place()["state"] == "home"
    assert desk.answers()[-1] == desk.answers()[0]


def test_when_its_time_is_over_the_next_message_is_the_bots(desk: Desk) -> None:
    desk.takes()
    desk.end_time()
    assert desk.hears("help") == ["HANDOVER_ENDED", "NOTIFY_QUEUE"]
    assert desk.hears("help") == ["NOTIFY_QUEUE"]


def test_a_state_that_times_out_meanwhile_leaves_it_with_the_colleague(desk: Desk) -> None:
    desk.takes()
    desk.owner.execute("update public.chat_state set expires_at = now()")
    assert desk.hears("menu") == ["MESSAGE_UNANSWERED"]


def test_words_about_consent_count_all_the_same(desk: Desk) -> None:
    desk.takes()
    desk.hears("STOP")
    assert value(desk.owner, "select opted_out_at is not null from public.profiles") is True
    assert len(desk.answers()) == 1
    with pytest.raises(psycopg.Error) as refusal:
        desk.replies("Are you there?")
    assert refusal.value.sqlstate == "WA072"


def test_a_flow_can_ask_for_a_person_and_whoever_answers_has_it(desk: Desk) -> None:
    desk.owner.execute(FLOW.encode())
    desk.hears("person")
    desk.hears("It is urgent.")
    waiting = row(desk.agent, "select * from public.wa_handovers()")
    assert (waiting["agent"], waiting["note"]) == (None, "asked for a person")
    assert waiting["waiting_since"] is not None

    desk.replies("Kim here.")
    taken = row(desk.agent, "select * from public.wa_handovers()")
    assert (taken["agent"], taken["waiting_since"]) == ("Kim", None)

    desk.gives_back()
    desk.hears("thanks")
    assert desk.place()["state"] == "home"
    assert desk.answers()[-1] == desk.answers()[0]


def test_of_two_who_take_it_at_once_one_has_it_and_the_other_hears_who(
    desk: Desk, connect: Connect
) -> None:
    first, second = connect("wa_agent_role", autocommit=False), connect("wa_agent_role")
    take = "select public.wa_handover(%s, agent => %s)"
    first.execute(take, (ANA, "Kim"))
    with ThreadPoolExecutor() as pool:
        late = pool.submit(second.execute, take, (ANA, "Ben"))
        first.commit()
        with pytest.raises(psycopg.Error) as refusal:
            late.result()
    assert refusal.value.sqlstate == "WA070"
    assert refusal.value.diag.message_primary == "Kim has this conversation"


def test_a_colleague_takes_it_from_another_by_saying_so(desk: Desk) -> None:
    desk.takes("Kim")
    with pytest.raises(psycopg.Error) as refusal:
        desk.replies("Ben here.", agent="Ben")
    assert refusal.value.sqlstate == "WA070"
    assert desk.takes("Ben", take_over=True)["agent"] == "Ben"
    desk.replies("Ben here.", agent="Ben")


@pytest.mark.parametrize(
    "call",
    [
        "select public.wa_handover(%s)",
        'select public.wa_reply(%s, \'{"type": "text", "text": {"body": "Kim here."}}\')',
        "select public.wa_hand_back(%s)",
    ],
)
def test_somebody_who_was_erased_is_nobody(desk: Desk, call: LiteralString) -> None:
    desk.takes()
    who = str(value(desk.owner, "select user_id from public.profiles"))
    desk.owner.execute("select public.wa_erase_profile(%s)", (who,))
    with pytest.raises(psycopg.Error) as refusal:
        desk.agent.execute(call, (who,))
    assert refusal.value.sqlstate == "WA043"
    assert refusal.value.diag.message_primary == "the person of this profile was erased"
    assert values(desk.owner, "select user_id from public.chat_state") == []


def test_whoever_is_merged_while_a_colleague_takes_them_is_to_be_taken_again(
    desk: Desk, connect: Connect
) -> None:
    say(desk.edge, "hello", sender=None, user_id=payloads.SENDER_USER_ID)
    merging = connect(autocommit=False)
    say(merging, "me again", user_id=payloads.SENDER_USER_ID)
    who = value(merging, "select user_id::text from public.profiles where merged_into is not null")
    blocked = "select cardinality(pg_blocking_pids(%s)) > 0"
    with ThreadPoolExecutor() as pool:
        taken = pool.submit(desk.agent.execute, "select public.wa_handover(%s)", (who,))
        while not value(desk.owner, blocked, desk.agent.info.backend_pid):
            assert not taken.done()
        merging.commit()
        with pytest.raises(psycopg.errors.SerializationFailure):
            taken.result()


def test_each_business_number_has_its_own(desk: Desk) -> None:
    desk.owner.execute("insert into wa.numbers (phone_number_id) values ('106'), ('107')")
    for number in ("106", "107"):
        say(desk.edge, "hello")
        desk.owner.execute(
            "insert into public.chat_state (user_id, phone_number_id)"
            " select user_id, %s from public.profiles",
            (number,),
        )
    desk.takes(phone_number_id="107")
    assert values(desk.agent, "select phone_number_id from public.wa_handovers()") == ["107"]
    assert desk.gives_back()["phone_number_id"] == "107"


def test_two_profiles_that_turn_out_to_be_one_person_stay_with_the_colleague(desk: Desk) -> None:
    say(desk.edge, "hello", sender=None, user_id=payloads.SENDER_USER_ID)
    desk.takes()
    assert desk.hears("me again", user_id=payloads.SENDER_USER_ID) == ["MESSAGE_UNANSWERED"]
    assert desk.place()["handed_over_to"] == "Kim"


def test_when_both_of_them_had_a_colleague_the_one_who_has_it_for_longer_goes_on(
    desk: Desk,
) -> None:
    say(desk.edge, "hello", sender=None, user_id=payloads.SENDER_USER_ID)
    desk.takes("Kim", lasts="1 hour")
    desk.takes("Lee", lasts="2 hours", who=payloads.SENDER_USER_ID)
    assert desk.hears("me again", user_id=payloads.SENDER_USER_ID) == ["MESSAGE_UNANSWERED"]
    assert desk.place()["handed_over_to"] == "Lee"


def test_a_flow_that_is_removed_leaves_people_with_their_colleague(desk: Desk) -> None:
    desk.hears("language")
    desk.takes()
    assert value(desk.owner, "select wa.take_people_home('{language}')") == 1
    assert (desk.place()["state"], desk.place()["handed_over_to"]) == ("home", "Kim")


def test_resetting_a_conversation_gives_it_to_the_bot(desk: Desk) -> None:
    desk.takes()
    desk.owner.execute("delete from public.chat_state")
    assert desk.hears("hello") == ["NOTIFY_QUEUE"]


def test_somebody_who_never_wrote_can_be_taken_before_the_bot_greets_them(desk: Desk) -> None:
    desk.owner.execute("delete from public.chat_state")
    desk.takes()
    assert desk.hears("hello") == ["MESSAGE_UNANSWERED"]
    desk.gives_back()
    desk.hears("x")
    assert desk.answers()[-1] == desk.answers()[0]
