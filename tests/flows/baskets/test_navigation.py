"""Ways through the basket conversations, back and out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests import payloads
from tests.dispatching import dispatch
from tests.flows.baskets.scripts import KIMIRONKO, create_basket, join_basket

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from wa_webhook.testing import Person

MENU = "What would you like to do?"


def test_back_leads_through_the_questions_and_keeps_the_answers(ana: Person) -> None:
    ana.says("new basket")
    ana.says("Wedding")
    ana.taps("Public")
    ana.says("1500")
    (place,) = ana.says("back")
    assert place.startswith("How much do you want to save together?")
    (visibility,) = ana.taps("Back")
    assert visibility.startswith('Who may join "Wedding"?')
    ana.taps("Private")
    (confirm,) = ana.taps("No goal")
    assert confirm == (
        'Shall I create "Wedding"?\nPrivate: only people with the code can join.'
        "\n[Yes, create] [Back] [Cancel]"
    )


def test_cancel_creates_nothing(ana: Person, connection: Connection[DictRow]) -> None:
    ana.says("new basket")
    ana.says("Wedding")
    ana.taps("Private")
    ana.taps("No goal")
    done, menu = ana.taps("Cancel")
    assert done == "Cancelled. Nothing was changed."
    assert menu.startswith(MENU)
    assert connection.execute("select from public.baskets").rowcount == 0


def test_a_question_that_was_left_for_long_is_forgotten(
    ana: Person, connection: Connection[DictRow]
) -> None:
    ana.says("new basket")
    connection.execute("update public.chat_state set expires_at = now() - interval '1 second'")
    (menu,) = ana.says("Wedding")
    assert menu.startswith(MENU)


def test_every_action_has_a_way_back_to_the_basket(ana: Person) -> None:
    create_basket(ana)
    for action in ("Leave", "Close for good", "Contribute", "Share"):
        ana.taps(action)
        (detail,) = ana.taps("Back")
        assert detail.startswith("*Wedding*\n"), action


def test_a_button_of_an_old_message_still_works(ana: Person) -> None:
    create_basket(ana)
    ana.says("language")
    (question,) = ana.taps("Leave")
    assert question == 'Do you want to leave "Wedding"?\n[Yes, leave] [Back]'


def test_an_old_yes_does_not_confirm_another_question(
    ana: Person, connection: Connection[DictRow]
) -> None:
    create_basket(ana, "First")
    ana.taps("Close for good")
    create_basket(ana, "Second")
    ana.taps("Close for good")
    first = connection.execute("select id from public.baskets where name = 'First'").fetchone()
    assert first is not None
    (question,) = ana.taps_id(f"answer:basket_close:close:{first['id']}")
    assert question.startswith("Sorry, I did not understand that.")
    closed = connection.execute("select from public.baskets where status = 'closed'").rowcount
    assert closed == 0


def test_a_yes_that_is_tapped_twice_contributes_once(ana: Person) -> None:
    create_basket(ana)
    ana.taps("Contribute")
    ana.says("10")
    ana.taps("Yes, contribute")
    (detail,) = ana.taps("Yes, contribute")
    assert "Saved: 10 USD\n" in detail


def test_a_yes_that_is_processed_again_contributes_once(
    ana: Person, edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    create_basket(ana)
    ana.taps("Contribute")
    ana.says("10")
    yes = payloads.envelope([payloads.text_message("yes", sender=ana.phone)])
    for _ in range(2):
        connection.execute(
            "create temporary table if not exists asked as select * from public.chat_state"
        )
        connection.execute("delete from public.wa_events")
        connection.execute("delete from public.chat_state")
        connection.execute("insert into public.chat_state select * from asked")
        assert dispatch(edge, yes)["processed"] == 1
    assert ana.says("my baskets") == [
        "Here are your baskets.\n[Baskets]\n- Wedding: 10 USD · 1 member"
    ]


def test_yes_may_be_written_in_any_language(ana: Person) -> None:
    create_basket(ana)
    ana.taps("Leave")
    assert ana.says("Oui !")[0] == 'You left "Wedding".'


def test_a_basket_says_who_its_owner_is(ana: Person, bruno: Person) -> None:
    join_basket(bruno, create_basket(ana))
    bruno.taps("My baskets")
    (detail,) = bruno.taps("Wedding")
    assert "Owner: Ana" in detail


def test_a_link_is_understood_in_the_middle_of_something_else(ana: Person, bruno: Person) -> None:
    code = create_basket(ana)
    bruno.says("new basket")
    (question,) = bruno.says(f"Hi! jb: {code.lower()}, please")
    assert question.startswith(f"Do you want to join the basket with the code {code}?")


def test_a_link_names_no_basket_before_it_is_joined(ana: Person, bruno: Person) -> None:
    code = create_basket(ana, "Secret")
    (question,) = bruno.says(f"JB:{code}")
    assert "Secret" not in question


def test_a_link_without_a_code_asks_for_it(ana: Person) -> None:
    assert ana.says("JB:") == ["Send me the code of the basket: ten letters and digits."]


def test_more_than_ten_baskets_come_in_pages(ana: Person) -> None:
    for number in range(12):
        create_basket(ana, f"Basket {number}")
    (first,) = ana.says("my baskets")
    assert first.count("\n- Basket") == 9
    ana.says("language")
    (second,) = ana.taps("More")
    assert second.count("\n- Basket") == 3
    assert "- More" not in second


def test_baskets_nearby_come_in_pages_of_the_same_place(ana: Person, bruno: Person) -> None:
    for number in range(11):
        create_basket(ana, f"Basket {number}", is_public=True, place=KIMIRONKO)
    bruno.taps("Baskets nearby")
    (first,) = bruno.shares_place(*KIMIRONKO)
    (second,) = bruno.taps("More")
    assert (first.count("- Basket"), second.count("- Basket")) == (9, 2)


def test_far_away_is_not_nearby(ana: Person, bruno: Person) -> None:
    create_basket(ana, is_public=True, place=KIMIRONKO)
    bruno.taps("Baskets nearby")
    (none,) = bruno.shares_place(50.85, 4.35)
    assert none == (
        "There is no public basket near you that you are not in already."
        "\n[New basket] [Other place] [Menu]"
    )
    (ask,) = bruno.taps("Other place")
    assert ask.startswith("Where are you?")


def test_a_place_that_is_not_on_earth_is_asked_for_again(ana: Person) -> None:
    ana.taps("Baskets nearby")
    nowhere: list[tuple[Any, Any]] = [(91, 0), (0, 181), (10**400, 0), ("1", "2"), (None, None)]
    for latitude, longitude in nowhere:
        (again,) = ana.shares_place(latitude, longitude)
        assert again.startswith("That was no place."), (latitude, longitude)


def test_the_qr_code_holds_the_link_of_the_text(ana: Person) -> None:
    code = create_basket(ana)
    ana.taps("Share")
    text, image, _ = ana.delivered[-3:]
    link = f"https://wa.me/15550001111?text=JB%3A{code}"
    assert link in text.request["text"]["body"]
    assert image.upload is not None
    assert image.upload["content"] == link


def test_the_other_members_see_a_contribution(ana: Person, bruno: Person) -> None:
    join_basket(bruno, create_basket(ana))
    bruno.taps("Contribute")
    bruno.says("10")
    bruno.taps("Yes, contribute")
    assert ana.says("my baskets") == [
        "Here are your baskets.\n[Baskets]\n- Wedding: 10 USD · 2 members"
    ]
