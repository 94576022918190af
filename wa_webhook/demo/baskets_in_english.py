"""The whole life of two baskets among three people, in English."""

from __future__ import annotations

from wa_webhook.demo.first_conversation import MENU
from wa_webhook.demo.scenes import Scene, Turn
from wa_webhook.meta_stand_in.people import DIANA, EMIL, FATIMA
from wa_webhook.meta_stand_in.said import Located, Tapped, Typed

ASK_NAME = "What is the name of the new basket?"
ASK_GOAL = (
    "How much do you want to save together? Write an amount in USD, such as 500, or choose no"
    " goal.\n[No goal] [Back]"
)
NOT_AN_AMOUNT = f"I could not read that as an amount.\n\n{ASK_GOAL}"
ASK_PLACE = (
    'Where is the basket? Share a place, so that people nearby find it, or write "skip".\n'
    "[Send location]"
)
CONFIRM_WEDDING = """\
Shall I create "Wedding"?
Private: only people with the code can join.
Goal: 1,500.50 USD
[Yes, create] [Back] [Cancel]"""
CONFIRM_MARKET = """\
Shall I create "Market"?
Public: everybody can join, and people nearby find it.
[Yes, create] [Back] [Cancel]"""

MEMBER = ("Share", "Contribute", "Leave", "My baskets", "Menu")
OWNER = ("Share", "Contribute", "Leave", "Close for good", "My baskets", "Menu")
CLOSED = ("Leave", "My baskets", "Menu")
STRANGER = ("Join", "My baskets", "Menu")


def _basket(*lines: str, actions: tuple[str, ...]) -> str:
    return "\n".join((*lines, "[Actions]", *(f"- {action}" for action in actions)))


def _ask_visibility(name: str) -> str:
    return (
        f'Who may join "{name}"? A private basket takes only people with its code. A public one'
        " can be found by everybody nearby.\n[Private] [Public] [Back]"
    )


def _wedding(kind: str, saved: str, actions: tuple[str, ...]) -> str:
    code = () if actions is CLOSED else ("Code: {wedding}",)
    saved = f"Saved: {saved} USD of 1,500.50 USD"
    return _basket("*Wedding*", kind, saved, "Owner: Diana", *code, actions=actions)


def _market(kind: str, actions: tuple[str, ...]) -> str:
    code = () if actions is STRANGER else ("Code: {market}",)
    return _basket("*Market*", kind, "Saved: 0 USD", "Owner: Fatima", *code, actions=actions)


BASKETS_IN_ENGLISH = (
    Scene(
        "A private basket is created, and shared as a link and a QR code",
        (
            Turn(DIANA, Typed("hello"), (MENU,)),
            Turn(DIANA, Tapped("New basket"), (ASK_NAME,)),
            Turn(DIANA, Typed("  Wedding "), (_ask_visibility("Wedding"),)),
            Turn(DIANA, Tapped("Private"), (ASK_GOAL,)),
            Turn(DIANA, Typed("a lot"), (NOT_AN_AMOUNT,)),
            Turn(DIANA, Typed("1,500.5"), (CONFIRM_WEDDING,)),
            Turn(
                DIANA,
                Tapped("Yes, create"),
                (
                    '"Wedding" is created. Share it, so that others can join.',
                    _wedding("Open · private · 1 member", "0", OWNER),
                ),
            ),
            Turn(
                DIANA,
                Tapped("Share"),
                (
                    'Save with us in the basket "Wedding". Open this link and send the message:'
                    " https://wa.me/15550001111?text=JB%3A{wedding}",
                    '(image)\nScan this code to join "Wedding".',
                    "Forward the link or the picture. Whoever has it can join.\n[Back] [Menu]",
                ),
            ),
            Turn(DIANA, Tapped("Back"), (_wedding("Open · private · 1 member", "0", OWNER),)),
        ),
    ),
    Scene(
        "A user without a phone number joins by the link, and contributes",
        (
            Turn(
                FATIMA,
                Typed("jb:{wedding}"),
                (
                    "Do you want to join the basket with the code {wedding}? Its members will see"
                    " your name.\n[Join] [Cancel]",
                ),
            ),
            Turn(
                FATIMA,
                Tapped("Join"),
                (
                    'You are in "Wedding".',
                    _wedding("Open · private · 2 members", "0", MEMBER),
                ),
            ),
            Turn(
                FATIMA,
                Tapped("Contribute"),
                (
                    'How much do you put into "Wedding"? Write an amount in USD, such as 25.\n'
                    "[Back]",
                ),
            ),
            Turn(
                FATIMA,
                Typed("12.5"),
                ('12.50 USD into "Wedding": is that right?\n[Yes, contribute] [Back] [Cancel]',),
            ),
            Turn(
                FATIMA,
                Tapped("Yes, contribute"),
                (
                    'Thank you! Your 12.50 USD are in "Wedding", which now holds 12.50 USD.',
                    _wedding("Open · private · 2 members", "12.50", MEMBER),
                ),
                copies=3,
            ),
        ),
    ),
    Scene(
        "Another one types the code, looks around, and leaves",
        (
            Turn(EMIL, Typed("hi"), (MENU,)),
            Turn(
                EMIL,
                Tapped("Join with a code"),
                ("Send me the code of the basket: ten letters and digits.",),
            ),
            Turn(
                EMIL,
                Typed("0000000000"),
                ('No basket has this code. Check it and try again, or write "menu".',),
            ),
            Turn(
                EMIL,
                Typed("{wedding}"),
                (
                    'You are in "Wedding".',
                    _wedding("Open · private · 3 members", "12.50", MEMBER),
                ),
            ),
            Turn(
                EMIL,
                Tapped("My baskets"),
                ("Here are your baskets.\n[Baskets]\n- Wedding: 12.50 USD · 3 members",),
            ),
            Turn(
                EMIL,
                Tapped("Wedding"),
                (_wedding("Open · private · 3 members", "12.50", MEMBER),),
            ),
            Turn(EMIL, Tapped("Leave"), ('Do you want to leave "Wedding"?\n[Yes, leave] [Back]',)),
            Turn(
                EMIL,
                Tapped("Yes, leave"),
                (
                    'You left "Wedding".',
                    "You are in no basket yet.\n[New basket] [Join with a code] [Baskets nearby]",
                ),
            ),
        ),
    ),
    Scene(
        "The owner cannot leave others alone, and closes the basket",
        (
            Turn(DIANA, Tapped("Leave"), ('Do you want to leave "Wedding"?\n[Yes, leave] [Back]',)),
            Turn(
                DIANA,
                Tapped("Yes, leave"),
                (
                    "You are its only owner and others are still in it. Close the basket first;"
                    " then you can leave.",
                    _wedding("Open · private · 2 members", "12.50", OWNER),
                ),
            ),
            Turn(
                DIANA,
                Tapped("Close for good"),
                (
                    'Do you want to close "Wedding" for good? Nobody can join or contribute any'
                    " more.\n[Yes, close] [Back]",
                ),
            ),
            Turn(
                DIANA,
                Tapped("Yes, close"),
                (
                    '"Wedding" is closed.',
                    _wedding("Closed · private · 2 members", "12.50", CLOSED),
                ),
            ),
            Turn(
                FATIMA,
                Tapped("Contribute"),
                (
                    "This basket is closed.",
                    _wedding("Closed · private · 2 members", "12.50", CLOSED),
                ),
            ),
        ),
    ),
    Scene(
        "A public basket is found nearby",
        (
            Turn(FATIMA, Typed("new basket"), (ASK_NAME,)),
            Turn(FATIMA, Typed("Market"), (_ask_visibility("Market"),)),
            Turn(FATIMA, Tapped("Public"), (ASK_GOAL,)),
            Turn(FATIMA, Tapped("No goal"), (ASK_PLACE,)),
            Turn(FATIMA, Located("Kimironko Market", -1.95, 30.06), (CONFIRM_MARKET,)),
            Turn(
                FATIMA,
                Tapped("Yes, create"),
                (
                    '"Market" is created. Share it, so that others can join.',
                    _market("Open · public · 1 member", OWNER),
                ),
            ),
            Turn(
                EMIL,
                Tapped("Baskets nearby"),
                (
                    "Where are you? Share your place, and I look for baskets around it.\n"
                    "[Send location]",
                ),
            ),
            Turn(
                EMIL,
                Located("Kigali Heights", -1.95, 30.1),
                ("These baskets are near you.\n[Baskets]\n- Market: 4.4 km · 1 member",),
            ),
            Turn(EMIL, Tapped("Market"), (_market("Open · public · 1 member", STRANGER),)),
            Turn(
                EMIL,
                Tapped("Join"),
                ('You are in "Market".', _market("Open · public · 2 members", MEMBER)),
            ),
        ),
    ),
)
