"""Whatever a message is built from, WhatsApp takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

# Pieces that are cut wrongly when characters are counted carelessly.
_PIECES = st.one_of(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    st.sampled_from(["e\u0301", "\U0001f1eb\U0001f1f7", "\U0001f468\u200d\U0001f469", "\u200d"]),
)


def visible_texts(pieces: int) -> st.SearchStrategy[str]:
    """Generate texts with a letter in them, some of them repeated beyond every limit."""
    return st.builds(
        lambda start, many, end: (start * many) + "x" + end,
        st.lists(_PIECES, max_size=pieces).map("".join),
        st.sampled_from([1, 1, 40, 900]),
        st.lists(_PIECES, max_size=pieces).map("".join),
    )


TEXTS = visible_texts(8)
CHOICES = st.lists(
    st.fixed_dictionaries({"title": TEXTS, "description": st.one_of(st.none(), TEXTS)}),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=TEXTS, label=TEXTS, choices=CHOICES, page=st.integers(1, 3))
def test_every_built_message_keeps_metas_limits(
    connection: Connection[DictRow],
    body: str,
    label: str,
    choices: list[dict[str, str | None]],
    page: int,
) -> None:
    rows = [choice | {"id": f"row.{number}"} for number, choice in enumerate(choices)]
    row = connection.execute(
        """
        select array_remove(array[
          wa.find_payload_problem(wa.build_text(%(body)s)),
          wa.find_payload_problem(wa.build_location_request(%(body)s)),
          wa.find_payload_problem(wa.build_qr_image('https://wa.me/1', %(body)s)),
          wa.find_payload_problem(wa.build_buttons(
            %(body)s, jsonb_build_array(wa.build_choice('answer:yes', %(label)s))
          )),
          wa.find_payload_problem(
            wa.build_list(%(body)s, %(label)s, %(rows)s, %(page)s, %(label)s, 'more.')
          )
        ], null) as problems
        """,
        {"body": body, "label": label, "rows": Jsonb(rows), "page": page},
    ).fetchone()
    assert row == {"problems": []}
