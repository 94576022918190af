"""Anything a user or a client may send: what the bot offers, what it does not, and nonsense."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.payloads import Json

# Postgres stores neither NUL nor a lone surrogate: the handler replaces them before it calls.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200)

SENSIBLE_TEXTS = st.sampled_from(
    [
        *("menu", "Help", "aide", "back", "retour", "cancel", "langue", "stop", "start", "hello"),
        *("my baskets", "nouveau panier", "join", "nearby", "yes", "oui", "skip", "passer"),
        *("public", "privé", "1500", "12,50", "0", "-5", "9" * 40, "Wedding", "Marché", "x" * 61),
        "\u200b",
    ]
)
REPLY_IDS = st.one_of(
    st.sampled_from(["menu", "back", "cancel", "menu.page.2", "menu.page.x", "language.fr"]),
    st.builds(
        "{}{}".format,
        st.sampled_from(
            [
                *("basket.detail.", "basket.share.", "basket.join.", "basket.contribute."),
                *("basket.leave.", "basket.close.", "basket.page.", "menu.page."),
                *(
                    "answer:basket_leave:leave:",
                    "answer:basket_close:close:",
                    "answer:basket_nearby_list:more:",
                ),
                "answer:basket_join_confirm:join:",
            ]
        ),
        st.one_of(st.uuids(), st.integers(), TEXTS),
    ),
    TEXTS,
)
DEGREES = st.one_of(
    st.floats(-95, 95), st.integers(), st.just(10**400), st.none(), st.just("48.85"), TEXTS
)
OTHERS: Sequence[tuple[str, Any]] = [
    ("image", {"id": "M", "mime_type": "image/jpeg", "caption": "menu"}),
    ("image", None),
    ("audio", {"id": "M", "voice": True}),
    ("sticker", {"id": "M"}),
    ("contacts", [{"name": {"formatted_name": "Luz"}}]),
    ("interactive", None),
    ("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{", "body": "Sent"}}),
    ("interactive", {"type": "button_reply", "button_reply": {}}),
    ("button", {"payload": "YES", "text": "Yes"}),
    ("order", {"catalog_id": "C", "product_items": []}),
    ("reaction", {"message_id": "wamid.X", "emoji": "x"}),
    ("location", None),
    ("location", {"latitude": 1}),
    ("text", None),
    ("text", {"body": ""}),
    ("text", {}),
    ("request_welcome", None),
    ("unsupported", {"type": "poll_creation"}),
    ("revoke", {"original_message_id": "wamid.X"}),
    ("a_type_of_tomorrow", {"a": [1]}),
]


_PLACE = {"latitude": -1.95, "longitude": 30.06}
SENSIBLE_ANSWERS: dict[str | None, tuple[str, Any]] = {
    None: ("text", {"body": "new basket"}),
    "home": ("text", {"body": "new basket"}),
    "unsubscribe": ("text", {"body": "start"}),
    "basket_join_code": ("text", {"body": "new basket"}),
    "basket_create_name": ("text", {"body": "Wedding"}),
    "basket_create_visibility": ("text", {"body": "public"}),
    "basket_create_goal": ("text", {"body": "1500"}),
    "basket_create_place": ("location", _PLACE),
    "basket_nearby_place": ("location", _PLACE),
    "basket_contribute_amount": ("text", {"body": "12,50"}),
    "basket_contribute_confirm": ("text", {"body": "yes"}),
    "basket_create_confirm": ("text", {"body": "yes"}),
    "basket_join_confirm": ("text", {"body": "oui"}),
    "basket_leave": ("text", {"body": "ok"}),
    "basket_close": ("text", {"body": "Yes!"}),
}


@dataclass(frozen=True)
class Step:
    """One user's next message.

    `number` is the place of the business number that is written to, `goes_along` answers what was
    asked, and `tap` chooses among what the bot has offered.
    """

    person: int
    message_type: str = "text"
    content: Any = None
    goes_along: bool = False
    tap: int | None = None
    link_of_basket: int | None = None
    basket_action: str | None = None
    time_runs_out: bool = False
    again: list[int] = field(default_factory=list)
    number: int = 0

    def build_content(
        self, state: str | None, offered: list[Json], baskets: list[Json]
    ) -> tuple[str, Any]:
        """Return the type and content, with what is only known while the conversation goes on."""
        if self.goes_along and state in SENSIBLE_ANSWERS:
            return SENSIBLE_ANSWERS[state]
        if self.tap is not None and offered:
            return "interactive", offered[self.tap % len(offered)]
        if self.link_of_basket is not None and baskets:
            basket = baskets[self.link_of_basket % len(baskets)]
            if self.basket_action is None:
                return "text", {"body": f"Hello jb: {basket['share_token'].lower()}!"}
            row = {"id": f"{self.basket_action}{basket['id']}", "title": "?"}
            return "interactive", {"type": "list_reply", "list_reply": row}
        return self.message_type, self.content


def _reply(reply_id: str) -> Json:
    return {"type": "list_reply", "list_reply": {"id": reply_id, "title": "?"}}


def _step(**fields: Any) -> st.SearchStrategy[Step]:
    return st.builds(
        Step,
        person=st.integers(0, 2),
        number=st.integers(0, 1),
        time_runs_out=st.integers(0, 9).map(lambda number: number == 0),
        again=st.lists(st.integers(0, 50), max_size=2),
        **fields,
    )


def _text_step(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Step]:
    return _step(content=st.builds(lambda body: {"body": body}, texts))


# Somebody has a public basket with a place before anything else happens.
PROLOGUE = [Step(person=0, goes_along=True)] * 6

STEPS = st.one_of(
    _step(goes_along=st.just(True), tap=st.integers(0, 50), content=st.just({"body": "menu"})),
    _step(goes_along=st.just(True), tap=st.integers(0, 50), content=st.just({"body": "baskets"})),
    _step(tap=st.integers(0, 50), content=st.just({"body": "menu"})),
    _text_step(SENSIBLE_TEXTS),
    _text_step(TEXTS),
    _step(
        link_of_basket=st.integers(0, 5),
        basket_action=st.sampled_from(
            [
                *(None, "basket.detail.", "basket.share.", "basket.join.", "basket.contribute."),
                *("basket.leave.", "basket.close."),
                *("answer:basket_leave:leave:", "answer:basket_close:close:"),
            ]
        ),
        content=st.just({"body": "JB:"}),
    ),
    _step(message_type=st.just("interactive"), content=REPLY_IDS.map(_reply)),
    _step(
        message_type=st.just("location"),
        content=st.fixed_dictionaries({"latitude": DEGREES, "longitude": DEGREES}),
    ),
    st.sampled_from(OTHERS).flatmap(
        lambda other: _step(message_type=st.just(other[0]), content=st.just(other[1]))
    ),
)
