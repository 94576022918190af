"""A day and a time as people type them, and what they mean where the person is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.dispatching import value

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

KIGALI = "Africa/Kigali"
# A Tuesday, which has not begun in London yet where it has in Kigali.
NOW = "2026-12-01 01:30:00+02"

MOMENTS = {
    "tomorrow 8:30": "2026-12-02 08:30",
    "Tomorrow at 8.": "2026-12-02 08:00",
    "demain 8h30": "2026-12-02 08:30",
    "demain matin à 8h": "2026-12-02 08:00",
    "Après-demain, 18 h": "2026-12-03 18:00",
    "the day after tomorrow at 6:15 pm": "2026-12-03 18:15",
    "14/12 18:00": "2026-12-14 18:00",
    "18h le 14/12": "2026-12-14 18:00",
    "14.12.2027 7:05": "2027-12-14 07:05",
    "2026-12-14 18:00": "2026-12-14 18:00",
    "December 14 at noon": "2026-12-14 12:00",
    "le 1er janvier à midi": "2027-01-01 12:00",
    "lundi 14 décembre 18h": "2026-12-14 18:00",
    "Mon 9am": "2026-12-07 09:00",
    "vendredi 8h du soir": "2026-12-04 20:00",
    "Tuesday 7 pm": "2026-12-01 19:00",
    "mardi 1h": "2026-12-08 01:00",
    "tonight 8": "2026-12-01 20:00",
    "ce soir 20h": "2026-12-01 20:00",
    "aujourd'hui 14h": "2026-12-01 14:00",
    "12:15 a.m.": "2026-12-02 00:15",
    "1:00": "2026-12-02 01:00",
    "today 1:00": "2026-12-01 01:00",
    "in 20 minutes": "2026-12-01 01:50",
    "dans 2 heures": "2026-12-01 03:30",
    "29/02/2028 8:00": "2028-02-29 08:00",
}
NO_MOMENTS = (
    None, "", "soon", "tomorrow", "demain matin", "8", "14/12", "31/11 8:00", "29/02/2027 8:00",
    "12/14 8:00", "25:00", "8:75", "14 pm", "lundi 15 décembre 18h", "ju 8:00", "8:30 please maybe",
    "01/01/0000 8:00", "9999-99-99 8:00", "in 5000 hours", "8:30 " * 30,
)  # fmt: skip

PARSE = "select wa.parse_moment(%s, %s, %s)"


def test_words_and_figures_in_english_and_french_name_a_moment(
    connection: Connection[DictRow],
) -> None:
    read = {text: value(connection, PARSE, text, KIGALI, NOW) for text in MOMENTS}
    expected = {
        text: datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(KIGALI))
        for text, moment in MOMENTS.items()
    }
    assert read == expected


def test_what_lacks_the_time_or_is_no_day_names_none(connection: Connection[DictRow]) -> None:
    read = {text: value(connection, PARSE, text, KIGALI, NOW) for text in NO_MOMENTS}
    assert read == dict.fromkeys(NO_MOMENTS)


@pytest.mark.parametrize(("zone", "day"), [("Europe/London", 1), ("Asia/Tokyo", 2)])
def test_tomorrow_is_that_of_the_time_zone(
    connection: Connection[DictRow], zone: str, day: int
) -> None:
    tomorrow = value(connection, PARSE, "tomorrow 8:30", zone, NOW)
    assert tomorrow == datetime(2026, 12, day, 8, 30, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_moment_that_the_bot_wrote_is_read_again(
    connection: Connection[DictRow], locale: str
) -> None:
    written = value(
        connection, "select wa.format_moment('2026-12-14 18:05+02', %s, %s)", locale, KIGALI
    )
    assert value(connection, PARSE, written, KIGALI, NOW) == datetime(
        2026, 12, 14, 18, 5, tzinfo=ZoneInfo(KIGALI)
    )


def test_words_of_another_language_are_understood_once_they_are_texts(
    connection: Connection[DictRow],
) -> None:
    connection.execute(
        """
        insert into wa.locales (locale, name) values ('es', 'Español');
        insert into wa.texts (key, locale, body) values
        ('calendar.words_tomorrow', 'es', 'mañana'), ('calendar.words_between', 'es', 'a las')
        """
    )
    assert value(connection, PARSE, "mañana a las 8:30", KIGALI, NOW) == datetime(
        2026, 12, 2, 8, 30, tzinfo=ZoneInfo(KIGALI)
    )
